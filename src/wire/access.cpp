// SPDX-License-Identifier: Apache-2.0
// Generated from api/access.yaml by tools/codegen; do not edit.
#include "wire/access.h"

#include "wire/detail/codec.h"

namespace aiflow::wire {

Status read_value(const json::Value& value, LoginRequest& out);
Status read_value(const json::Value& value, ProjectRole& out);
Status read_value(const json::Value& value, Session& out);
Status read_value(const json::Value& value, SignInProvider& out);
Status read_value(const json::Value& value, SignInOptions& out);
Status read_value(const json::Value& value, Project& out);
Status read_value(const json::Value& value, ProjectCreate& out);
Status read_value(const json::Value& value, ProjectPatch& out);
Status read_value(const json::Value& value, Member& out);
Status read_value(const json::Value& value, MemberSet& out);
Status read_value(const json::Value& value, PasswordChange& out);
Status read_value(const json::Value& value, UserInfo& out);
Status read_value(const json::Value& value, UserCreate& out);
Status read_value(const json::Value& value, UserCreated& out);
Status read_value(const json::Value& value, UserPatch& out);
Status read_value(const json::Value& value, SetupState& out);
Status read_value(const json::Value& value, SetupRequest& out);
Status read_value(const json::Value& value, SessionInfo& out);
Status read_value(const json::Value& value, TokenCreate& out);
Status read_value(const json::Value& value, ApiToken& out);
Status read_value(const json::Value& value, TokenCreated& out);
Status read_value(const json::Value& value, AuditEntry& out);
Status read_value(const json::Value& value, AuditPage& out);

json::Value to_json(const LoginRequest& value) {
  json::Object out;
  out.reserve(2);
  detail::put(out, "username", value.username);
  detail::put(out, "password", value.password);
  return json::Value(std::move(out));
}

Result<LoginRequest> parse_login_request(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("LoginRequest");
  LoginRequest out;
  AIFLOW_TRY(detail::get(value, "username", out.username));
  AIFLOW_TRY(detail::get(value, "password", out.password));
  return out;
}

Status read_value(const json::Value& value, LoginRequest& out) {
  AIFLOW_ASSIGN(out, parse_login_request(value));
  return {};
}

json::Value to_json(const ProjectRole& value) {
  json::Object out;
  out.reserve(2);
  detail::put(out, "project", value.project);
  detail::put(out, "role", value.role);
  return json::Value(std::move(out));
}

Result<ProjectRole> parse_project_role(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("ProjectRole");
  ProjectRole out;
  AIFLOW_TRY(detail::get(value, "project", out.project));
  AIFLOW_TRY(detail::get(value, "role", out.role));
  return out;
}

Status read_value(const json::Value& value, ProjectRole& out) {
  AIFLOW_ASSIGN(out, parse_project_role(value));
  return {};
}

json::Value to_json(const Session& value) {
  json::Object out;
  out.reserve(7);
  detail::put(out, "username", value.username);
  detail::put(out, "role", value.role);
  detail::put(out, "csrf_token", value.csrf_token);
  detail::put(out, "must_change_password", value.must_change_password);
  detail::put(out, "issuer", value.issuer);
  detail::put(out, "sign_out_url", value.sign_out_url);
  detail::put(out, "projects", value.projects);
  return json::Value(std::move(out));
}

Result<Session> parse_session(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("Session");
  Session out;
  AIFLOW_TRY(detail::get(value, "username", out.username));
  AIFLOW_TRY(detail::get(value, "role", out.role));
  AIFLOW_TRY(detail::get(value, "csrf_token", out.csrf_token));
  AIFLOW_TRY(detail::get(value, "must_change_password", out.must_change_password));
  AIFLOW_TRY(detail::get(value, "issuer", out.issuer));
  AIFLOW_TRY(detail::get(value, "sign_out_url", out.sign_out_url));
  AIFLOW_TRY(detail::get(value, "projects", out.projects));
  return out;
}

Status read_value(const json::Value& value, Session& out) {
  AIFLOW_ASSIGN(out, parse_session(value));
  return {};
}

json::Value to_json(const SignInProvider& value) {
  json::Object out;
  out.reserve(2);
  detail::put(out, "name", value.name);
  detail::put(out, "url", value.url);
  return json::Value(std::move(out));
}

Result<SignInProvider> parse_sign_in_provider(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("SignInProvider");
  SignInProvider out;
  AIFLOW_TRY(detail::get(value, "name", out.name));
  AIFLOW_TRY(detail::get(value, "url", out.url));
  return out;
}

Status read_value(const json::Value& value, SignInProvider& out) {
  AIFLOW_ASSIGN(out, parse_sign_in_provider(value));
  return {};
}

json::Value to_json(const SignInOptions& value) {
  json::Object out;
  out.reserve(1);
  detail::put(out, "provider", value.provider);
  return json::Value(std::move(out));
}

Result<SignInOptions> parse_sign_in_options(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("SignInOptions");
  SignInOptions out;
  AIFLOW_TRY(detail::get(value, "provider", out.provider));
  return out;
}

Status read_value(const json::Value& value, SignInOptions& out) {
  AIFLOW_ASSIGN(out, parse_sign_in_options(value));
  return {};
}

json::Value to_json(const Project& value) {
  json::Object out;
  out.reserve(6);
  detail::put(out, "name", value.name);
  detail::put(out, "description", value.description);
  detail::put(out, "created_at", value.created_at);
  detail::put(out, "dag_count", value.dag_count);
  detail::put(out, "member_count", value.member_count);
  detail::put(out, "role", value.role);
  return json::Value(std::move(out));
}

Result<Project> parse_project(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("Project");
  Project out;
  AIFLOW_TRY(detail::get(value, "name", out.name));
  AIFLOW_TRY(detail::get(value, "description", out.description));
  AIFLOW_TRY(detail::get(value, "created_at", out.created_at));
  AIFLOW_TRY(detail::get(value, "dag_count", out.dag_count));
  AIFLOW_TRY(detail::get(value, "member_count", out.member_count));
  AIFLOW_TRY(detail::get(value, "role", out.role));
  return out;
}

Status read_value(const json::Value& value, Project& out) {
  AIFLOW_ASSIGN(out, parse_project(value));
  return {};
}

json::Value to_json(const ProjectCreate& value) {
  json::Object out;
  out.reserve(2);
  detail::put(out, "name", value.name);
  detail::put(out, "description", value.description);
  return json::Value(std::move(out));
}

Result<ProjectCreate> parse_project_create(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("ProjectCreate");
  ProjectCreate out;
  AIFLOW_TRY(detail::get(value, "name", out.name));
  AIFLOW_TRY(detail::get(value, "description", out.description));
  return out;
}

Status read_value(const json::Value& value, ProjectCreate& out) {
  AIFLOW_ASSIGN(out, parse_project_create(value));
  return {};
}

json::Value to_json(const ProjectPatch& value) {
  json::Object out;
  out.reserve(1);
  detail::put(out, "description", value.description);
  return json::Value(std::move(out));
}

Result<ProjectPatch> parse_project_patch(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("ProjectPatch");
  ProjectPatch out;
  AIFLOW_TRY(detail::get(value, "description", out.description));
  return out;
}

Status read_value(const json::Value& value, ProjectPatch& out) {
  AIFLOW_ASSIGN(out, parse_project_patch(value));
  return {};
}

json::Value to_json(const Member& value) {
  json::Object out;
  out.reserve(6);
  detail::put(out, "username", value.username);
  detail::put(out, "project", value.project);
  detail::put(out, "role", value.role);
  detail::put(out, "site_role", value.site_role);
  detail::put(out, "granted_at", value.granted_at);
  detail::put(out, "granted_by", value.granted_by);
  return json::Value(std::move(out));
}

Result<Member> parse_member(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("Member");
  Member out;
  AIFLOW_TRY(detail::get(value, "username", out.username));
  AIFLOW_TRY(detail::get(value, "project", out.project));
  AIFLOW_TRY(detail::get(value, "role", out.role));
  AIFLOW_TRY(detail::get(value, "site_role", out.site_role));
  AIFLOW_TRY(detail::get(value, "granted_at", out.granted_at));
  AIFLOW_TRY(detail::get(value, "granted_by", out.granted_by));
  return out;
}

Status read_value(const json::Value& value, Member& out) {
  AIFLOW_ASSIGN(out, parse_member(value));
  return {};
}

json::Value to_json(const MemberSet& value) {
  json::Object out;
  out.reserve(1);
  detail::put(out, "role", value.role);
  return json::Value(std::move(out));
}

Result<MemberSet> parse_member_set(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("MemberSet");
  MemberSet out;
  AIFLOW_TRY(detail::get(value, "role", out.role));
  return out;
}

Status read_value(const json::Value& value, MemberSet& out) {
  AIFLOW_ASSIGN(out, parse_member_set(value));
  return {};
}

json::Value to_json(const PasswordChange& value) {
  json::Object out;
  out.reserve(2);
  detail::put(out, "old_password", value.old_password);
  detail::put(out, "new_password", value.new_password);
  return json::Value(std::move(out));
}

Result<PasswordChange> parse_password_change(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("PasswordChange");
  PasswordChange out;
  AIFLOW_TRY(detail::get(value, "old_password", out.old_password));
  AIFLOW_TRY(detail::get(value, "new_password", out.new_password));
  return out;
}

Status read_value(const json::Value& value, PasswordChange& out) {
  AIFLOW_ASSIGN(out, parse_password_change(value));
  return {};
}

json::Value to_json(const UserInfo& value) {
  json::Object out;
  out.reserve(5);
  detail::put(out, "username", value.username);
  detail::put(out, "role", value.role);
  detail::put(out, "created_at", value.created_at);
  detail::put(out, "last_login_at", value.last_login_at);
  detail::put(out, "issuer", value.issuer);
  return json::Value(std::move(out));
}

Result<UserInfo> parse_user_info(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("UserInfo");
  UserInfo out;
  AIFLOW_TRY(detail::get(value, "username", out.username));
  AIFLOW_TRY(detail::get(value, "role", out.role));
  AIFLOW_TRY(detail::get(value, "created_at", out.created_at));
  AIFLOW_TRY(detail::get(value, "last_login_at", out.last_login_at));
  AIFLOW_TRY(detail::get(value, "issuer", out.issuer));
  return out;
}

Status read_value(const json::Value& value, UserInfo& out) {
  AIFLOW_ASSIGN(out, parse_user_info(value));
  return {};
}

json::Value to_json(const UserCreate& value) {
  json::Object out;
  out.reserve(3);
  detail::put(out, "username", value.username);
  detail::put(out, "role", value.role);
  detail::put(out, "password", value.password);
  return json::Value(std::move(out));
}

Result<UserCreate> parse_user_create(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("UserCreate");
  UserCreate out;
  AIFLOW_TRY(detail::get(value, "username", out.username));
  AIFLOW_TRY(detail::get(value, "role", out.role));
  AIFLOW_TRY(detail::get(value, "password", out.password));
  return out;
}

Status read_value(const json::Value& value, UserCreate& out) {
  AIFLOW_ASSIGN(out, parse_user_create(value));
  return {};
}

json::Value to_json(const UserCreated& value) {
  json::Object out;
  out.reserve(3);
  detail::put(out, "username", value.username);
  detail::put(out, "role", value.role);
  detail::put(out, "one_time_password", value.one_time_password);
  return json::Value(std::move(out));
}

Result<UserCreated> parse_user_created(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("UserCreated");
  UserCreated out;
  AIFLOW_TRY(detail::get(value, "username", out.username));
  AIFLOW_TRY(detail::get(value, "role", out.role));
  AIFLOW_TRY(detail::get(value, "one_time_password", out.one_time_password));
  return out;
}

Status read_value(const json::Value& value, UserCreated& out) {
  AIFLOW_ASSIGN(out, parse_user_created(value));
  return {};
}

json::Value to_json(const UserPatch& value) {
  json::Object out;
  out.reserve(1);
  detail::put(out, "role", value.role);
  return json::Value(std::move(out));
}

Result<UserPatch> parse_user_patch(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("UserPatch");
  UserPatch out;
  AIFLOW_TRY(detail::get(value, "role", out.role));
  return out;
}

Status read_value(const json::Value& value, UserPatch& out) {
  AIFLOW_ASSIGN(out, parse_user_patch(value));
  return {};
}

json::Value to_json(const SetupState& value) {
  json::Object out;
  out.reserve(1);
  detail::put(out, "needed", value.needed);
  return json::Value(std::move(out));
}

Result<SetupState> parse_setup_state(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("SetupState");
  SetupState out;
  AIFLOW_TRY(detail::get(value, "needed", out.needed));
  return out;
}

Status read_value(const json::Value& value, SetupState& out) {
  AIFLOW_ASSIGN(out, parse_setup_state(value));
  return {};
}

json::Value to_json(const SetupRequest& value) {
  json::Object out;
  out.reserve(3);
  detail::put(out, "token", value.token);
  detail::put(out, "username", value.username);
  detail::put(out, "password", value.password);
  return json::Value(std::move(out));
}

Result<SetupRequest> parse_setup_request(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("SetupRequest");
  SetupRequest out;
  AIFLOW_TRY(detail::get(value, "token", out.token));
  AIFLOW_TRY(detail::get(value, "username", out.username));
  AIFLOW_TRY(detail::get(value, "password", out.password));
  return out;
}

Status read_value(const json::Value& value, SetupRequest& out) {
  AIFLOW_ASSIGN(out, parse_setup_request(value));
  return {};
}

json::Value to_json(const SessionInfo& value) {
  json::Object out;
  out.reserve(7);
  detail::put(out, "id", value.id);
  detail::put(out, "username", value.username);
  detail::put(out, "created_at", value.created_at);
  detail::put(out, "expires_at", value.expires_at);
  detail::put(out, "address", value.address);
  detail::put(out, "agent", value.agent);
  detail::put(out, "current", value.current);
  return json::Value(std::move(out));
}

Result<SessionInfo> parse_session_info(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("SessionInfo");
  SessionInfo out;
  AIFLOW_TRY(detail::get(value, "id", out.id));
  AIFLOW_TRY(detail::get(value, "username", out.username));
  AIFLOW_TRY(detail::get(value, "created_at", out.created_at));
  AIFLOW_TRY(detail::get(value, "expires_at", out.expires_at));
  AIFLOW_TRY(detail::get(value, "address", out.address));
  AIFLOW_TRY(detail::get(value, "agent", out.agent));
  AIFLOW_TRY(detail::get(value, "current", out.current));
  return out;
}

Status read_value(const json::Value& value, SessionInfo& out) {
  AIFLOW_ASSIGN(out, parse_session_info(value));
  return {};
}

json::Value to_json(const TokenCreate& value) {
  json::Object out;
  out.reserve(4);
  detail::put(out, "days", value.days);
  detail::put(out, "name", value.name);
  detail::put(out, "role", value.role);
  detail::put(out, "read_only", value.read_only);
  return json::Value(std::move(out));
}

Result<TokenCreate> parse_token_create(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("TokenCreate");
  TokenCreate out;
  AIFLOW_TRY(detail::get(value, "days", out.days));
  AIFLOW_TRY(detail::get(value, "name", out.name));
  AIFLOW_TRY(detail::get(value, "role", out.role));
  AIFLOW_TRY(detail::get(value, "read_only", out.read_only));
  return out;
}

Status read_value(const json::Value& value, TokenCreate& out) {
  AIFLOW_ASSIGN(out, parse_token_create(value));
  return {};
}

json::Value to_json(const ApiToken& value) {
  json::Object out;
  out.reserve(9);
  detail::put(out, "id", value.id);
  detail::put(out, "username", value.username);
  detail::put(out, "name", value.name);
  detail::put(out, "prefix", value.prefix);
  detail::put(out, "role", value.role);
  detail::put(out, "read_only", value.read_only);
  detail::put(out, "created_at", value.created_at);
  detail::put(out, "last_used_at", value.last_used_at);
  detail::put(out, "expires_at", value.expires_at);
  return json::Value(std::move(out));
}

Result<ApiToken> parse_api_token(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("ApiToken");
  ApiToken out;
  AIFLOW_TRY(detail::get(value, "id", out.id));
  AIFLOW_TRY(detail::get(value, "username", out.username));
  AIFLOW_TRY(detail::get(value, "name", out.name));
  AIFLOW_TRY(detail::get(value, "prefix", out.prefix));
  AIFLOW_TRY(detail::get(value, "role", out.role));
  AIFLOW_TRY(detail::get(value, "read_only", out.read_only));
  AIFLOW_TRY(detail::get(value, "created_at", out.created_at));
  AIFLOW_TRY(detail::get(value, "last_used_at", out.last_used_at));
  AIFLOW_TRY(detail::get(value, "expires_at", out.expires_at));
  return out;
}

Status read_value(const json::Value& value, ApiToken& out) {
  AIFLOW_ASSIGN(out, parse_api_token(value));
  return {};
}

json::Value to_json(const TokenCreated& value) {
  json::Object out;
  out.reserve(7);
  detail::put(out, "id", value.id);
  detail::put(out, "username", value.username);
  detail::put(out, "name", value.name);
  detail::put(out, "token", value.token);
  detail::put(out, "role", value.role);
  detail::put(out, "read_only", value.read_only);
  detail::put(out, "expires_at", value.expires_at);
  return json::Value(std::move(out));
}

Result<TokenCreated> parse_token_created(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("TokenCreated");
  TokenCreated out;
  AIFLOW_TRY(detail::get(value, "id", out.id));
  AIFLOW_TRY(detail::get(value, "username", out.username));
  AIFLOW_TRY(detail::get(value, "name", out.name));
  AIFLOW_TRY(detail::get(value, "token", out.token));
  AIFLOW_TRY(detail::get(value, "role", out.role));
  AIFLOW_TRY(detail::get(value, "read_only", out.read_only));
  AIFLOW_TRY(detail::get(value, "expires_at", out.expires_at));
  return out;
}

Status read_value(const json::Value& value, TokenCreated& out) {
  AIFLOW_ASSIGN(out, parse_token_created(value));
  return {};
}

json::Value to_json(const AuditEntry& value) {
  json::Object out;
  out.reserve(12);
  detail::put(out, "id", value.id);
  detail::put(out, "at", value.at);
  detail::put(out, "kind", value.kind);
  detail::put(out, "user", value.user);
  detail::put(out, "address", value.address);
  detail::put(out, "action", value.action);
  detail::put(out, "object_kind", value.object_kind);
  detail::put(out, "object_id", value.object_id);
  detail::put(out, "dag_id", value.dag_id);
  detail::put(out, "outcome", value.outcome);
  detail::put(out, "status", value.status);
  detail::put(out, "request_id", value.request_id);
  return json::Value(std::move(out));
}

Result<AuditEntry> parse_audit_entry(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("AuditEntry");
  AuditEntry out;
  AIFLOW_TRY(detail::get(value, "id", out.id));
  AIFLOW_TRY(detail::get(value, "at", out.at));
  AIFLOW_TRY(detail::get(value, "kind", out.kind));
  AIFLOW_TRY(detail::get(value, "user", out.user));
  AIFLOW_TRY(detail::get(value, "address", out.address));
  AIFLOW_TRY(detail::get(value, "action", out.action));
  AIFLOW_TRY(detail::get(value, "object_kind", out.object_kind));
  AIFLOW_TRY(detail::get(value, "object_id", out.object_id));
  AIFLOW_TRY(detail::get(value, "dag_id", out.dag_id));
  AIFLOW_TRY(detail::get(value, "outcome", out.outcome));
  AIFLOW_TRY(detail::get(value, "status", out.status));
  AIFLOW_TRY(detail::get(value, "request_id", out.request_id));
  return out;
}

Status read_value(const json::Value& value, AuditEntry& out) {
  AIFLOW_ASSIGN(out, parse_audit_entry(value));
  return {};
}

json::Value to_json(const AuditPage& value) {
  json::Object out;
  out.reserve(2);
  detail::put(out, "items", value.items);
  detail::put(out, "next_cursor", value.next_cursor);
  return json::Value(std::move(out));
}

Result<AuditPage> parse_audit_page(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("AuditPage");
  AuditPage out;
  AIFLOW_TRY(detail::get(value, "items", out.items));
  AIFLOW_TRY(detail::get(value, "next_cursor", out.next_cursor));
  return out;
}

Status read_value(const json::Value& value, AuditPage& out) {
  AIFLOW_ASSIGN(out, parse_audit_page(value));
  return {};
}

}  // namespace aiflow::wire
