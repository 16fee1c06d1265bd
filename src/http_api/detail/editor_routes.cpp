// SPDX-License-Identifier: Apache-2.0
// The editor of YAML DAGs.
#include "http_api/detail/call.h"
#include "http_api/detail/front/whole_list.h"
#include "service/access/projects.h"

namespace aiflow::http_api::detail {
namespace {

using service::DagEditor;

Result<net::Response> list_operators(Call& call) {
  AIFLOW_ASSIGN(const auto operators, call.parts.editor.operators());
  return one(operators);
}

Result<net::Response> check_dag_text(Call& call) {
  return with_body(call, wire::parse_dag_text,
                   [&](const wire::DagText& text) -> Result<net::Response> {
                     AIFLOW_ASSIGN(auto checked, call.parts.editor.check(text.content));
                     AIFLOW_ASSIGN(const auto visible, call.visible_dags());
                     checked.is_taken = checked.is_taken && visible.sees(checked.dag_id);
                     return one(checked);
                   });
}

Result<net::Response> get_dag_file(Call& call) {
  AIFLOW_ASSIGN(const auto text, call.parts.editor.read(call.dag_id()));
  return one(text);
}

/// Who has seen what is there says so by If-Match, which was compared before; nobody else may
/// replace it.
Result<net::Response> put_dag_file(Call& call) {
  const bool has_seen = call.request.header("if-match") != nullptr;
  return with_body(
      call, wire::parse_dag_text, [&](const wire::DagText& text) -> Result<net::Response> {
        AIFLOW_ASSIGN(const auto saved, call.parts.editor.save(call.dag_id(), text.content,
                                                               has_seen ? DagEditor::Write::change
                                                                        : DagEditor::Write::make,
                                                               call.who.username));
        return one(saved);
      });
}

Result<net::Response> make_dag_file(Call& call) {
  const std::string& project = call.param("project");
  // Who may do everything everywhere comes here with any name.
  AIFLOW_TRY(service::Projects(call.parts.clock, call.parts.store).get(project, call.who));
  return with_body(
      call, wire::parse_dag_text, [&](const wire::DagText& text) -> Result<net::Response> {
        AIFLOW_ASSIGN(
            const auto made,
            call.parts.editor.make(project, text.content, call.who.username, [&](const DagId& id) {
              call.about("dag", id.value, id.value);
            }));
        return one(made);
      });
}

Result<net::Response> delete_dag_file(Call& call) {
  AIFLOW_TRY(call.parts.editor.remove(call.dag_id(), call.who.username));
  return nothing();
}

Result<net::Response> list_dag_file_versions(Call& call) {
  AIFLOW_ASSIGN(const auto asked, wire::parse_file_version_page(call.query));
  AIFLOW_ASSIGN(const auto versions, call.parts.editor.versions(call.dag_id()));
  return page_after(versions, asked, {},
                    [](const wire::DagFileVersion& one) { return Cursor{{-one.version_number}}; });
}

Result<net::Response> get_dag_file_version(Call& call) {
  AIFLOW_ASSIGN(const auto number, call.param_int("version_number"));
  AIFLOW_ASSIGN(const auto version, call.parts.editor.version(call.dag_id(), number));
  return one(version);
}

}  // namespace

void add_editor_routes(Table& table) {
  using wire::Route;
  at(table, Route::list_operators) = list_operators;
  at(table, Route::check_dag_text) = check_dag_text;
  at(table, Route::get_dag_file) = get_dag_file;
  at(table, Route::put_dag_file) = put_dag_file;
  at(table, Route::make_dag_file) = make_dag_file;
  at(table, Route::delete_dag_file) = delete_dag_file;
  at(table, Route::list_dag_file_versions) = list_dag_file_versions;
  at(table, Route::get_dag_file_version) = get_dag_file_version;
}

}  // namespace aiflow::http_api::detail
