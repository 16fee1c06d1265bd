// SPDX-License-Identifier: Apache-2.0
// Generated from api/access.yaml by tools/codegen; do not edit.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/states.h"
#include "json/value.h"

namespace aiflow::wire {

struct LoginRequest {
  std::string username{};
  std::string password{};
  friend bool operator==(const LoginRequest&, const LoginRequest&) = default;
};
[[nodiscard]] json::Value to_json(const LoginRequest& value);
[[nodiscard]] Result<LoginRequest> parse_login_request(const json::Value& value);

struct ProjectRole {
  std::string project{};
  Role role{};
  friend bool operator==(const ProjectRole&, const ProjectRole&) = default;
};
[[nodiscard]] json::Value to_json(const ProjectRole& value);
[[nodiscard]] Result<ProjectRole> parse_project_role(const json::Value& value);

/// role - for the whole site, null when there is none. issuer - of the OpenID provider that has signed the user in; absent with a password. sign_out_url - where one signs out of it too. projects - where the user has a part by membership.
struct Session {
  std::string username{};
  std::optional<Role> role{};
  std::string csrf_token{};
  bool must_change_password{};
  std::optional<std::string> issuer{};
  std::optional<std::string> sign_out_url{};
  std::vector<ProjectRole> projects{};
  friend bool operator==(const Session&, const Session&) = default;
};
[[nodiscard]] json::Value to_json(const Session& value);
[[nodiscard]] Result<Session> parse_session(const json::Value& value);

/// An OpenID provider. url - where a browser begins; ?next= takes the path to come back to.
struct SignInProvider {
  std::string name{};
  std::string url{};
  friend bool operator==(const SignInProvider&, const SignInProvider&) = default;
};
[[nodiscard]] json::Value to_json(const SignInProvider& value);
[[nodiscard]] Result<SignInProvider> parse_sign_in_provider(const json::Value& value);

/// Ways to sign in beside a password.
struct SignInOptions {
  std::optional<SignInProvider> provider{};
  friend bool operator==(const SignInOptions&, const SignInOptions&) = default;
};
[[nodiscard]] json::Value to_json(const SignInOptions& value);
[[nodiscard]] Result<SignInOptions> parse_sign_in_options(const json::Value& value);

/// A name for some of the site's DAGs and all that comes of them; the folder of that name below the DAG folder holds their files. role - of who asks, in this project. member_count - absent for those who do not administer it.
struct Project {
  std::string name{};
  std::string description{};
  std::optional<WallTime> created_at{};
  std::int64_t dag_count{};
  std::optional<std::int64_t> member_count{};
  std::optional<Role> role{};
  friend bool operator==(const Project&, const Project&) = default;
};
[[nodiscard]] json::Value to_json(const Project& value);
[[nodiscard]] Result<Project> parse_project(const json::Value& value);

struct ProjectCreate {
  std::string name{};
  std::optional<std::string> description{};
  friend bool operator==(const ProjectCreate&, const ProjectCreate&) = default;
};
[[nodiscard]] json::Value to_json(const ProjectCreate& value);
[[nodiscard]] Result<ProjectCreate> parse_project_create(const json::Value& value);

struct ProjectPatch {
  std::string description{};
  friend bool operator==(const ProjectPatch&, const ProjectPatch&) = default;
};
[[nodiscard]] json::Value to_json(const ProjectPatch& value);
[[nodiscard]] Result<ProjectPatch> parse_project_patch(const json::Value& value);

/// role - by membership; site_role - what the user may do everywhere.
struct Member {
  std::string username{};
  std::string project{};
  Role role{};
  std::optional<Role> site_role{};
  WallTime granted_at{};
  std::string granted_by{};
  friend bool operator==(const Member&, const Member&) = default;
};
[[nodiscard]] json::Value to_json(const Member& value);
[[nodiscard]] Result<Member> parse_member(const json::Value& value);

struct MemberSet {
  Role role{};
  friend bool operator==(const MemberSet&, const MemberSet&) = default;
};
[[nodiscard]] json::Value to_json(const MemberSet& value);
[[nodiscard]] Result<MemberSet> parse_member_set(const json::Value& value);

struct PasswordChange {
  std::string old_password{};
  std::string new_password{};
  friend bool operator==(const PasswordChange&, const PasswordChange&) = default;
};
[[nodiscard]] json::Value to_json(const PasswordChange& value);
[[nodiscard]] Result<PasswordChange> parse_password_change(const json::Value& value);

/// role - for the whole site; null - none, the user sees the projects that he is a member of. issuer - of the OpenID provider that signs the user in and gives that role; absent with a password.
struct UserInfo {
  std::string username{};
  std::optional<Role> role{};
  WallTime created_at{};
  std::optional<WallTime> last_login_at{};
  std::optional<std::string> issuer{};
  friend bool operator==(const UserInfo&, const UserInfo&) = default;
};
[[nodiscard]] json::Value to_json(const UserInfo& value);
[[nodiscard]] Result<UserInfo> parse_user_info(const json::Value& value);

/// role - as in UserInfo.
struct UserCreate {
  std::string username{};
  std::optional<Role> role{};
  std::optional<std::string> password{};
  friend bool operator==(const UserCreate&, const UserCreate&) = default;
};
[[nodiscard]] json::Value to_json(const UserCreate& value);
[[nodiscard]] Result<UserCreate> parse_user_create(const json::Value& value);

/// one_time_password is set when none was given; it must be changed at first login.
struct UserCreated {
  std::string username{};
  std::optional<Role> role{};
  std::optional<std::string> one_time_password{};
  friend bool operator==(const UserCreated&, const UserCreated&) = default;
};
[[nodiscard]] json::Value to_json(const UserCreated& value);
[[nodiscard]] Result<UserCreated> parse_user_created(const json::Value& value);

/// role - as in UserInfo.
struct UserPatch {
  std::optional<Role> role{};
  friend bool operator==(const UserPatch&, const UserPatch&) = default;
};
[[nodiscard]] json::Value to_json(const UserPatch& value);
[[nodiscard]] Result<UserPatch> parse_user_patch(const json::Value& value);

/// needed - there is no user yet; the link that `aiflow serve` has printed makes the first.
struct SetupState {
  bool needed{};
  friend bool operator==(const SetupState&, const SetupState&) = default;
};
[[nodiscard]] json::Value to_json(const SetupState& value);
[[nodiscard]] Result<SetupState> parse_setup_state(const json::Value& value);

/// token - of the set-up link. Makes the first admin, and signs in.
struct SetupRequest {
  std::string token{};
  std::string username{};
  std::string password{};
  friend bool operator==(const SetupRequest&, const SetupRequest&) = default;
};
[[nodiscard]] json::Value to_json(const SetupRequest& value);
[[nodiscard]] Result<SetupRequest> parse_setup_request(const json::Value& value);

/// A log-in that has not ended. current - the one that asks. agent - what the browser calls itself.
struct SessionInfo {
  std::string id{};
  std::string username{};
  WallTime created_at{};
  WallTime expires_at{};
  std::string address{};
  std::string agent{};
  bool current{};
  friend bool operator==(const SessionInfo&, const SessionInfo&) = default;
};
[[nodiscard]] json::Value to_json(const SessionInfo& value);
[[nodiscard]] Result<SessionInfo> parse_session_info(const json::Value& value);

/// days - 90 when absent, 1 to 3650. role - the most that it may do, the user's when absent; never more than the user. read_only - it changes nothing.
struct TokenCreate {
  std::optional<std::int64_t> days{};
  std::optional<std::string> name{};
  std::optional<Role> role{};
  std::optional<bool> read_only{};
  friend bool operator==(const TokenCreate&, const TokenCreate&) = default;
};
[[nodiscard]] json::Value to_json(const TokenCreate& value);
[[nodiscard]] Result<TokenCreate> parse_token_create(const json::Value& value);

/// prefix - how it begins, to tell it from others. last_used_at - to the minute.
struct ApiToken {
  std::int64_t id{};
  std::string username{};
  std::string name{};
  std::string prefix{};
  Role role{};
  bool read_only{};
  WallTime created_at{};
  std::optional<WallTime> last_used_at{};
  WallTime expires_at{};
  friend bool operator==(const ApiToken&, const ApiToken&) = default;
};
[[nodiscard]] json::Value to_json(const ApiToken& value);
[[nodiscard]] Result<ApiToken> parse_api_token(const json::Value& value);

/// An API token of a user, shown this once; clients send it as "Authorization - Bearer TOKEN". It ends at expires_at, with the user, and with a new password.
struct TokenCreated {
  std::int64_t id{};
  std::string username{};
  std::string name{};
  std::string token{};
  Role role{};
  bool read_only{};
  WallTime expires_at{};
  friend bool operator==(const TokenCreated&, const TokenCreated&) = default;
};
[[nodiscard]] json::Value to_json(const TokenCreated& value);
[[nodiscard]] Result<TokenCreated> parse_token_created(const json::Value& value);

/// A request that changed something, or was refused; never what was in it. kind - user, local (over the Unix socket), task (a task's token), worker, anonymous. action - a route's name. object_kind, object_id - what it was about; a run is DAG/RUN, a task instance DAG/RUN/TASK; both empty when it was no one thing. outcome - done, denied, failed, or unknown (the server ended while it did it). status - of the answer, 0 when unknown.
struct AuditEntry {
  std::int64_t id{};
  WallTime at{};
  std::string kind{};
  std::string user{};
  std::string address{};
  std::string action{};
  std::string object_kind{};
  std::string object_id{};
  std::string dag_id{};
  std::string outcome{};
  std::int64_t status{};
  std::string request_id{};
  friend bool operator==(const AuditEntry&, const AuditEntry&) = default;
};
[[nodiscard]] json::Value to_json(const AuditEntry& value);
[[nodiscard]] Result<AuditEntry> parse_audit_entry(const json::Value& value);

/// Newest first. next_cursor - what ?cursor= takes for the entries before these; absent at the end.
struct AuditPage {
  std::vector<AuditEntry> items{};
  std::optional<std::string> next_cursor{};
  friend bool operator==(const AuditPage&, const AuditPage&) = default;
};
[[nodiscard]] json::Value to_json(const AuditPage& value);
[[nodiscard]] Result<AuditPage> parse_audit_page(const json::Value& value);

}  // namespace aiflow::wire
