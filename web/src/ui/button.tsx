// SPDX-License-Identifier: Apache-2.0
import type { LucideIcon } from 'lucide-react';
import type { ButtonHTMLAttributes, ReactNode } from 'react';
import '@/ui/button.css';

export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  kind?: 'primary' | 'plain' | 'quiet' | 'danger';
  icon?: LucideIcon;
  busy?: boolean;
  children?: ReactNode;
}

export function Button({
  kind = 'plain',
  icon: Icon,
  busy = false,
  children,
  className = '',
  disabled,
  ...rest
}: ButtonProps): ReactNode {
  return (
    <button
      type="button"
      className={`button button-${kind} ${className}`}
      disabled={disabled || busy}
      aria-busy={busy || undefined}
      {...rest}
    >
      {Icon && <Icon size={15} aria-hidden />}
      {children && <span>{children}</span>}
    </button>
  );
}

export interface IconButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  icon: LucideIcon;
  /** Read out, and shown as tooltip. */
  label: string;
  pressed?: boolean;
}

export function IconButton({ icon: Icon, label, pressed, ...rest }: IconButtonProps): ReactNode {
  return (
    <button
      type="button"
      className="icon-button"
      aria-label={label}
      title={label}
      {...(pressed === undefined ? {} : { 'aria-pressed': pressed })}
      {...rest}
    >
      <Icon size={16} aria-hidden />
    </button>
  );
}

export interface SwitchProps {
  on: boolean;
  label: string;
  disabled?: boolean;
  on_change: (on: boolean) => void;
}

export function Switch({ on, label, disabled = false, on_change }: SwitchProps): ReactNode {
  return (
    <button
      type="button"
      role="switch"
      aria-checked={on}
      aria-label={label}
      title={label}
      className="switch"
      disabled={disabled}
      onClick={() => on_change(!on)}
    >
      <span className="switch-knob" />
    </button>
  );
}
