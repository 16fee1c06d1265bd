// SPDX-License-Identifier: Apache-2.0
import { Monitor, Moon, Sun } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Session } from '@/api/types.gen';
import { Commands } from '@/app/palette/commands';
import type { PagePlace } from '@/app/palette/items';
import { ProjectSelect } from '@/app/project-select';
import { UserMenu } from '@/app/user-menu';
import { LANGUAGES, set_language } from '@/i18n';
import { useHealth, useWorkers } from '@/queries/use-admin';
import { useMay } from '@/queries/use-session';
import { IconButton } from '@/ui/button';
import { ErrorNote } from '@/ui/feedback';
import { HealthBadge, StateIcon, state_style } from '@/ui/state-badge';
import { health_look_state } from '@/ui/states';
import { type ThemeChoice, set_theme, useThemeChoice } from '@/ui/theme';
import { usePopover } from '@/ui/use-popover';
import { ZONE_CHOICES, type ZoneChoice, local_zone, set_zone, useZoneChoice } from '@/ui/zone';
import { Told } from '@/ui/told';

const NEXT_THEME: Record<ThemeChoice, ThemeChoice> = {
  system: 'light',
  light: 'dark',
  dark: 'system',
};
const THEME_ICON = { system: Monitor, light: Sun, dark: Moon };

function ThemeButton(): ReactNode {
  const { t } = useTranslation();
  const choice = useThemeChoice();
  return (
    <IconButton
      icon={THEME_ICON[choice]}
      label={`${t('top.theme')}: ${t(`top.theme_${choice}`)}`}
      onClick={() => set_theme(NEXT_THEME[choice])}
    />
  );
}

function LanguageSelect(): ReactNode {
  const { t, i18n } = useTranslation();
  return (
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
  );
}

function ZoneSelect(): ReactNode {
  const { t } = useTranslation();
  const choice = useZoneChoice();
  return (
    <select
      aria-label={t('frame.zone')}
      title={`${t('frame.zone')}: ${t(`frame.zone_${choice}`, { zone: local_zone() })}`}
      value={choice}
      onChange={(event) => set_zone(event.target.value as ZoneChoice)}
    >
      {ZONE_CHOICES.map((one) => (
        <option key={one} value={one}>
          {t(`frame.zone_${one}`, { zone: local_zone() })}
        </option>
      ))}
    </select>
  );
}

/** Parts of the server with the reason of each that is not well; the dot shows the worst. */
function HealthPopover(): ReactNode {
  const { t } = useTranslation();
  const health = useHealth();
  const may_see_workers = useMay('viewer');
  const workers = useWorkers(may_see_workers);
  if (health.error)
    return <ErrorNote error={health.error} on_retry={() => void health.refetch()} />;
  return (
    <ul>
      {health.data?.components.map((part) => (
        <li key={part.name}>
          <HealthBadge state={part.status} />
          <span>
            {t(`component.${part.name}` as 'component.database', { defaultValue: part.name })}
            {part.reason && (
              <span className="faint">
                {' '}
                · <Told text={part.reason} />
              </span>
            )}
          </span>
        </li>
      ))}
      {workers.data?.map((worker) => (
        <li key={worker.worker_id}>
          <HealthBadge state={worker.state} />
          <span>
            {worker.worker_id}
            <span className="faint">
              {' · '}
              {t('top.worker_slots', { running: worker.running, slots: worker.slots })}
            </span>
          </span>
        </li>
      ))}
      <li className="faint">AIflow {health.data?.version}</li>
    </ul>
  );
}

function HealthDot(): ReactNode {
  const { t } = useTranslation();
  const health = useHealth();
  const { ref, open, set_open } = usePopover();
  const status = health.error ? 'unavailable' : (health.data?.status ?? 'pending');
  const look = health_look_state(status);
  const word = t(`health_state.${status}` as 'health_state.ready', { defaultValue: status });
  return (
    <div ref={ref}>
      <button
        type="button"
        className="health-dot"
        style={state_style(look)}
        aria-expanded={open}
        aria-label={`${t('top.health')}: ${word}`}
        title={t('top.health')}
        onClick={() => set_open(!open)}
      >
        <StateIcon state={look} size={15} />
        <span>{word}</span>
      </button>
      {open && (
        <div className="popover">
          <HealthPopover />
        </div>
      )}
    </div>
  );
}

export interface TopBarProps {
  session: Session;
  pages: readonly PagePlace[];
}

export function TopBar({ session, pages }: TopBarProps): ReactNode {
  // On a phone there is no room for them beside the rest: the user's menu has them then.
  const settings = (
    <>
      <ZoneSelect />
      <LanguageSelect />
    </>
  );
  return (
    <header className="top">
      <HealthDot />
      <ProjectSelect />
      <Commands pages={pages} />
      <span className="spread" />
      <span className="top-settings">{settings}</span>
      <ThemeButton />
      <UserMenu session={session} settings={settings} />
    </header>
  );
}
