// SPDX-License-Identifier: Apache-2.0
// The API as the server describes it: each route with what it takes and gives, a line for the
// shell, and for those that only read a try on the spot.
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  type OpenApi,
  type Operation,
  address_of,
  can_try,
  curl_of,
  example_of,
  fits,
  limits_of,
  operations_by_tag,
} from '@/models/api/openapi';
import { type Tried, try_address, useOpenApi } from '@/queries/use-openapi';
import { Button } from '@/ui/button';
import { Await, CopyText } from '@/ui/feedback';
import { JsonView } from '@/ui/json-view';
import { Page, Panel } from '@/ui/page';
import { useQueryValue } from '@/ui/router';
import '@/features/api-docs/api-docs.css';

interface FieldsProps {
  operation: Operation;
  values: Record<string, string>;
  on_change: (values: Record<string, string>) => void;
}

function Fields({ operation, values, on_change }: FieldsProps): ReactNode {
  const { t } = useTranslation();
  return operation.parameters.map((one) => {
    const id = `${operation.what.operationId}-${one.name}`;
    return (
      <div key={one.name} className="api-parameter">
        <label htmlFor={id}>
          <code>{one.name}</code>
          {one.required && <span title={t('api_docs.required')}> *</span>}
        </label>
        <input
          id={id}
          className="input"
          autoComplete="off"
          value={values[one.name] ?? ''}
          disabled={one.in === 'header'}
          onChange={(event) => on_change({ ...values, [one.name]: event.target.value })}
        />
        <span className="faint">
          {one.in} · {limits_of(one.schema)}
        </span>
      </div>
    );
  });
}

function Try({ address, is_whole }: { address: string; is_whole: boolean }): ReactNode {
  const { t } = useTranslation();
  const [tried, set_tried] = useState<Tried | null>(null);
  const ask = async (): Promise<void> => {
    try {
      set_tried(await try_address(address));
    } catch (error) {
      set_tried({ status: 0, body: String(error) });
    }
  };
  return (
    <>
      <div>
        <Button onClick={() => void ask()} disabled={!is_whole}>
          {t('api_docs.try')}
        </Button>
      </div>
      {tried && (
        <div role="status">
          <p>{t('api_docs.answered', { status: tried.status })}</p>
          <JsonView value={tried.body} />
        </div>
      )}
    </>
  );
}

function Bodies({ api, operation }: { api: OpenApi; operation: Operation }): ReactNode {
  const { t } = useTranslation();
  const asked = operation.what.requestBody?.content?.['application/json']?.schema;
  const given = operation.what.responses['200']?.content?.['application/json']?.schema;
  return (
    <div className="api-bodies">
      {asked && (
        <div>
          <h3>{t('api_docs.takes')}</h3>
          <JsonView value={example_of(api, asked)} />
        </div>
      )}
      {given && (
        <div>
          <h3>{t('api_docs.gives')}</h3>
          <JsonView value={example_of(api, given)} />
        </div>
      )}
    </div>
  );
}

function Detail({ api, operation }: { api: OpenApi; operation: Operation }): ReactNode {
  const [values, set_values] = useState<Record<string, string>>({});
  const address = address_of(operation, values);
  return (
    <div className="api-detail">
      {operation.what.description && <p>{operation.what.description}</p>}
      <div>
        <Fields operation={operation} values={values} on_change={set_values} />
      </div>
      <CopyText block text={curl_of(operation, window.location.origin, address)} />
      {can_try(operation) && <Try address={address} is_whole={!address.includes('{')} />}
      <Bodies api={api} operation={operation} />
    </div>
  );
}

/** Its content is made when it is opened: there are more than a hundred. */
function Row({ api, operation }: { api: OpenApi; operation: Operation }): ReactNode {
  const [is_open, set_open] = useState(false);
  const { what } = operation;
  return (
    <details
      className="api-operation"
      data-operation={what.operationId}
      onToggle={(event) => set_open(event.currentTarget.open)}
    >
      <summary>
        <span className="api-method">{operation.method}</span>
        <span className="api-path">{operation.path}</span>
        <span className="api-summary">{what.summary}</span>
        <span className="api-permission">
          {what['x-permission']}
          {what['x-task-token'] && ' + task'}
        </span>
      </summary>
      {is_open && <Detail api={api} operation={operation} />}
    </details>
  );
}

export function ApiDocsPage(): ReactNode {
  const { t } = useTranslation();
  const api = useOpenApi();
  const [words, set_words] = useQueryValue('q');
  return (
    <Page
      title={t('api_docs.title')}
      actions={
        <>
          <input
            className="input input-small"
            type="search"
            aria-label={t('api_docs.search')}
            placeholder={t('api_docs.search')}
            value={words ?? ''}
            onChange={(event) => set_words(event.target.value || null)}
          />
          <a href="/api/v2/openapi.json">openapi.json</a>
        </>
      }
    >
      <p>{t('api_docs.intro')}</p>
      <Await query={api}>
        {(described) =>
          operations_by_tag(described)
            .map(([tag, all]) => [tag, all.filter((one) => fits(one, words ?? ''))] as const)
            .filter(([, shown]) => shown.length > 0)
            .map(([tag, shown]) => (
              <Panel key={tag} title={tag} flush>
                {shown.map((one) => (
                  <Row key={one.what.operationId} api={described} operation={one} />
                ))}
              </Panel>
            ))
        }
      </Await>
    </Page>
  );
}
