// SPDX-License-Identifier: Apache-2.0
import { ChevronDown, KeyRound, LogOut, User } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Session } from '@/api/types.gen';
import { PasswordDialog } from '@/features/auth/password-dialog';
import { paths } from '@/models/paths';
import { useLogout } from '@/queries/use-session';
import { Button } from '@/ui/button';
import { Link } from '@/ui/router';
import { usePopover } from '@/ui/use-popover';

export interface UserMenuProps {
  session: Session;
  /** How pages look, shown where the bar has no room for them. */
  settings: ReactNode;
}

/** Who is signed in; opens what one can do with one's own account. */
export function UserMenu({ session, settings }: UserMenuProps): ReactNode {
  const { t } = useTranslation();
  const logout = useLogout();
  const { ref, open, set_open } = usePopover();
  const [changing, set_changing] = useState(false);
  const change = (): void => {
    set_open(false);
    set_changing(true);
  };
  return (
    <div ref={ref} className="top-user">
      <button
        type="button"
        className="top-user-button"
        aria-expanded={open}
        aria-label={t('top.account', { user: session.username })}
        onClick={() => set_open(!open)}
      >
        <User size={15} aria-hidden />
        <span className="top-user-name">{session.username}</span>
        <ChevronDown size={13} aria-hidden />
      </button>
      {open && (
        <div className="popover user-menu">
          <p>
            {session.username} <span className="faint">{t(`role.${session.role ?? 'none'}`)}</span>
          </p>
          <div className="menu-settings">{settings}</div>
          <Link to={paths.account} className="button button-quiet" onClick={() => set_open(false)}>
            <User size={15} aria-hidden />
            {t('account.title')}
          </Link>
          {!session.issuer && (
            <Button kind="quiet" icon={KeyRound} onClick={change}>
              {t('top.change_password')}
            </Button>
          )}
          <Button
            kind="quiet"
            icon={LogOut}
            busy={logout.isPending}
            onClick={() => logout.mutate()}
          >
            {t('top.sign_out')}
          </Button>
        </div>
      )}
      {changing && <PasswordDialog on_close={() => set_changing(false)} />}
    </div>
  );
}
