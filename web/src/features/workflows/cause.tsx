// SPDX-License-Identifier: Apache-2.0
// Why the server did something, as it says, in the viewer's language.
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { TaskState } from '@/api/types.gen';
import { cause_text } from '@/models/cause';
import { useLocale } from '@/ui/time';
import { Told } from '@/ui/told';

export function useCauseText(): (cause: string) => string {
  const { t } = useTranslation();
  const locale = useLocale();
  return (cause) => cause_text(cause, locale, (state) => t(`state.${state as TaskState}`));
}

export function Cause({ text }: { text: string }): ReactNode {
  const said = useCauseText();
  return <Told text={said(text)} />;
}
