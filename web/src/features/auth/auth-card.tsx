// SPDX-License-Identifier: Apache-2.0
import type { FormEvent, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiError } from '@/api/error';
import { LANGUAGES, set_language } from '@/i18n';
import '@/features/auth/auth.css';

export interface AuthCardProps {
  title: string;
  hint?: string;
  on_submit: (form: FormData) => void;
  children: ReactNode;
}

export function AuthCard({ title, hint, on_submit, children }: AuthCardProps): ReactNode {
  const { t, i18n } = useTranslation();
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = event.currentTarget;
    on_submit(new FormData(form));
    // What is wrong is said by then: one goes on typing in the first of it.
    requestAnimationFrame(() => form.querySelector<HTMLElement>('[aria-invalid=true]')?.focus());
  };
  return (
    <div className="auth">
      <form className="auth-card" noValidate onSubmit={submit}>
        <img src="/favicon.svg" alt="" />
        <div>
          <h1>{title}</h1>
          {hint && <p className="faint">{hint}</p>}
        </div>
        {children}
        <footer className="auth-foot">
          <span>AIflow</span>
          <select
            aria-label={t('top.language')}
            value={i18n.resolvedLanguage}
            onChange={(event) => set_language(event.target.value)}
          >
            {LANGUAGES.map((language) => (
              <option key={language.code} value={language.code}>
                {language.name}
              </option>
            ))}
          </select>
        </footer>
      </form>
    </div>
  );
}

export interface AuthFieldProps {
  name: string;
  label: string;
  type?: 'text' | 'password';
  auto_complete: string;
  auto_focus?: boolean;
  hint?: string;
  /** What is wrong with what was typed; takes the hint's place. */
  problem?: string | undefined;
}

/** A refusal here is about the password, not about what the user may do. */
export function is_denied(error: Error): boolean {
  return error instanceof ApiError && error.code === 'denied';
}

export function AuthField(props: AuthFieldProps): ReactNode {
  const { name, label, type = 'password', auto_complete, auto_focus, hint, problem } = props;
  return (
    <div className="field">
      <label htmlFor={name}>{label}</label>
      <input
        id={name}
        name={name}
        type={type}
        className="input"
        autoComplete={auto_complete}
        autoFocus={auto_focus}
        autoCapitalize="none"
        spellCheck={false}
        required
        aria-invalid={Boolean(problem)}
        aria-describedby={problem || hint ? `${name}-note` : undefined}
      />
      {problem ? (
        <span id={`${name}-note`} className="field-error" role="alert">
          {problem}
        </span>
      ) : (
        hint && (
          <span id={`${name}-note`} className="field-hint">
            {hint}
          </span>
        )
      )}
    </div>
  );
}
