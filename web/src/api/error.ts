// SPDX-License-Identifier: Apache-2.0

/** A failed call: what the server said, and the id under which its log has the rest. */
export class ApiError extends Error {
  constructor(
    /** HTTP status; 0 when no answer came at all. */
    readonly status: number,
    readonly code: string,
    message: string,
    /** Empty when no answer came. */
    readonly request_id: string,
  ) {
    super(message);
    this.name = 'ApiError';
  }
}

/** True when the session is missing or has ended. */
export function is_signed_out(error: unknown): boolean {
  return error instanceof ApiError && error.status === 401;
}

/** True when there is no such thing, or none that the user may see. */
export function is_gone(error: unknown): boolean {
  return error instanceof ApiError && error.status === 404;
}

/** True when it may not be seen, or is not there. */
export function is_refused(error: unknown): boolean {
  return is_gone(error) || (error instanceof ApiError && error.status === 403);
}

/** Makes an ApiError of an answer's status and body, whatever the body is. */
export function error_from_answer(status: number, body: unknown, request_id: string): ApiError {
  const inner = typeof body === 'object' && body !== null && 'error' in body ? body.error : null;
  if (typeof inner === 'object' && inner !== null) {
    const fields = inner as Record<string, unknown>;
    const text = (key: string): string => (typeof fields[key] === 'string' ? fields[key] : '');
    return new ApiError(
      status,
      text('code') || 'internal',
      text('message') || `HTTP ${status}`,
      text('request_id') || request_id,
    );
  }
  return new ApiError(status, 'internal', `HTTP ${status}`, request_id);
}
