// SPDX-License-Identifier: Apache-2.0
// aiflow variables …, aiflow connections …, aiflow secrets …
#include <iostream>
#include <optional>

#include "app/cli/access/value_files.h"
#include "app/cli/commands.h"
#include "os/file.h"
#include "wire/values.h"

namespace aiflow::app {
namespace {

constexpr std::size_t kValueBytesMax = 64 << 10;
constexpr std::size_t kImportBytesMax = 1 << 20;

Result<std::string> read_input(const std::string& file, std::size_t bytes_max) {
  if (file != "-") return os::read_file(file, bytes_max);
  std::string text(bytes_max + 1, '\0');
  std::cin.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(std::cin.gcount()));
  if (text.size() <= bytes_max) return text;
  return fail(ErrorCode::invalid_argument,
              "the standard input has more than " + std::to_string(bytes_max) + " bytes");
}

/// Of --file, or of the standard input; one line end at the end is not part of it. Never an
/// argument: all users of a machine see those.
Result<std::string> read_value(const Invocation& in) {
  const std::string file = in.text("--file");
  AIFLOW_ASSIGN(auto text, read_input(file, kValueBytesMax + 2));
  // As of a pipe whose other end has failed: what is there is not replaced by nothing.
  if (file == "-" && text.empty()) {
    return fail(
        ErrorCode::invalid_argument,
        "nothing came on the standard input; --file with an empty file sets an empty value");
  }
  if (text.ends_with('\n')) text.pop_back();
  if (text.ends_with('\r')) text.pop_back();
  return text;
}

/// Those of the project that was asked for; without one, of all that one may see.
Result<json::Array> listed(ApiClient& client, const Invocation& in, const std::string& path) {
  const auto project = in.text("--project");
  if (!project.empty()) AIFLOW_TRY(client.get(api_path({"projects", project})));
  AIFLOW_ASSIGN(auto items, client.list(api_path({path})));
  std::erase_if(items, [&](const json::Value& item) {
    const auto* of = item.find("project");
    return !project.empty() && (of == nullptr || !of->is_string() || of->as_string() != project);
  });
  return items;
}

std::string value_path(const Invocation& in, const std::string& path, const std::string& name) {
  return api_path({"projects", in.text("--project"), path, name});
}

Status list_variables(const Clock& clock, const Invocation& in) {
  auto client = client_for(clock, in);
  AIFLOW_ASSIGN(const auto items, listed(client, in, "variables"));
  return print_list(in, items,
                    {.header = {"VARIABLE", "PROJECT", "VALUE", "CHANGED", "BY", "DESCRIPTION"},
                     .row = [&](const json::Value& item) -> Result<std::vector<std::string>> {
                       AIFLOW_ASSIGN(const auto one, wire::parse_variable(item));
                       return std::vector<std::string>{one.key,
                                                       one.project,
                                                       one.value.value_or("***"),
                                                       format_ago(one.updated_at, clock.now()),
                                                       one.updated_by,
                                                       one.description};
                     },
                     .empty = "the server keeps no variables: aiflow variables set --help"});
}

Status list_connections(const Clock& clock, const Invocation& in) {
  auto client = client_for(clock, in);
  AIFLOW_ASSIGN(const auto items, listed(client, in, "connections"));
  return print_list(
      in, items,
      {.header = {"CONNECTION", "PROJECT", "TYPE", "HOST", "CHANGED", "BY", "DESCRIPTION"},
       .row = [&](const json::Value& item) -> Result<std::vector<std::string>> {
         AIFLOW_ASSIGN(const auto one, wire::parse_connection(item));
         return std::vector<std::string>{one.conn_id,
                                         one.project,
                                         one.conn_type,
                                         one.host,
                                         format_ago(one.updated_at, clock.now()),
                                         one.updated_by,
                                         one.description};
       },
       .empty = "the server keeps no connections: aiflow connections set --help"});
}

Status print_json(const json::Value& value) {
  std::cout << json::write_pretty(value) << "\n";
  return {};
}

Status set_variable(const Clock& clock, const Invocation& in) {
  AIFLOW_ASSIGN(auto text, read_value(in));
  auto body = json::object({{"value", std::move(text)}, {"description", in.text("--description")}});
  if (in.flag("--secret")) body.set("is_secret", true);
  auto client = client_for(clock, in);
  AIFLOW_ASSIGN(const auto answer,
                client.call("PUT", value_path(in, "variables", in.text("key")), body));
  if (in.flag("--json")) return print_json(answer);
  AIFLOW_ASSIGN(const auto made, wire::parse_variable(answer));
  std::cout << "variable " << made.key << " is set"
            << (made.is_secret ? "; it is secret: only running tasks get it" : "") << "\n";
  return {};
}

Status set_connection(const Clock& clock, const Invocation& in) {
  AIFLOW_ASSIGN(auto text, read_value(in));
  auto client = client_for(clock, in);
  AIFLOW_ASSIGN(const auto answer,
                client.call("PUT", value_path(in, "connections", in.text("conn_id")),
                            json::object({{"text", std::move(text)},
                                          {"description", in.text("--description")}})));
  if (in.flag("--json")) return print_json(answer);
  AIFLOW_ASSIGN(const auto made, wire::parse_connection(answer));
  std::cout << "connection " << made.conn_id << " is set (" << made.conn_type << " " << made.host
            << ")\n";
  return {};
}

Status remove_value(const Clock& clock, const Invocation& in, const char* path,
                    const char* parameter) {
  auto client = client_for(clock, in);
  AIFLOW_TRY(client.call("DELETE", value_path(in, path, in.text(parameter))));
  if (in.flag("--json")) return print_json(json::object({{"deleted", in.text(parameter)}}));
  std::cout << in.text(parameter) << " is deleted\n";
  return {};
}

std::unexpected<Error> none_of(const std::string& what, const Invocation& in) {
  return fail(ErrorCode::not_found,
              "there is no " + what + " in the project '" + in.text("--project") + "'");
}

/// Its value alone on the standard output, for scripts.
Status get_variable(const Clock& clock, const Invocation& in) {
  auto client = client_for(clock, in);
  AIFLOW_ASSIGN(const auto items, listed(client, in, "variables"));
  for (const auto& item : items) {
    AIFLOW_ASSIGN(const auto one, wire::parse_variable(item));
    if (one.key != in.text("key")) continue;
    if (one.problem) return fail(ErrorCode::conflict, *one.problem);
    if (in.flag("--json")) {
      print_object(in, item);
    } else if (one.value) {
      std::cout << *one.value << "\n";
    } else {
      return fail(ErrorCode::denied, "variable '" + one.key +
                                         "' is secret: only running tasks get "
                                         "it (or: aiflow variables export --with-secrets)");
    }
    return {};
  }
  return none_of("variable '" + in.text("key") + "'", in);
}

Status get_connection(const Clock& clock, const Invocation& in) {
  auto client = client_for(clock, in);
  AIFLOW_ASSIGN(const auto items, listed(client, in, "connections"));
  for (const auto& item : items) {
    AIFLOW_ASSIGN(const auto one, wire::parse_connection(item));
    if (one.conn_id != in.text("conn_id")) continue;
    print_object(in, item);
    return {};
  }
  return none_of("connection '" + in.text("conn_id") + "'", in);
}

/// What differs between variables and connections in a file.
struct Kind {
  const char* noun;
  const char* path;
  const char* text_member;  ///< of the request that sets one
  Result<std::vector<FileValue>> (*read)(std::string_view, std::string_view);
  json::Value (*write)(const std::vector<FileValue>&);
};
constexpr Kind kVariables{"variable", "variables", "value", read_variables, variables_json};
constexpr Kind kConnections{"connection", "connections", "text", read_connections,
                            connections_json};

/// All are read before the first is set; what was set before an error stays.
Status import_values(const Clock& clock, const Invocation& in, const Kind& kind) {
  const auto file = in.text("file");
  AIFLOW_ASSIGN(const auto text, read_input(file, kImportBytesMax));
  const auto format = in.given("--format") ? in.text("--format") : value_format(file);
  auto values = kind.read(text, format);
  if (!values) {
    return fail(ErrorCode::invalid_argument, "'" + file + "': " + values.error().message);
  }
  auto client = client_for(clock, in);
  std::size_t count = 0;
  for (const auto& one : *values) {
    const auto set =
        client.call("PUT", value_path(in, kind.path, one.name),
                    json::object({{kind.text_member, one.text}, {"description", one.description}}));
    if (!set) {
      return fail(set.error().code, std::string(kind.noun) + " '" + one.name +
                                        "': " + set.error().message + "; " + std::to_string(count) +
                                        " before it are set");
    }
    ++count;
  }
  std::cout << count << " " << kind.path << " are set\n";
  return {};
}

/// Everything, with secrets: the server gives it over its own socket alone.
Result<std::vector<FileValue>> open_values(ApiClient& client, const Invocation& in,
                                           const Kind& kind) {
  AIFLOW_ASSIGN(const auto answer, client.call("POST", "/api/v2/openValues"));
  AIFLOW_ASSIGN(const auto all, wire::parse_open_values(answer));
  std::vector<FileValue> out;
  for (const auto& one : all.items) {
    if (one.kind == kind.noun && one.project == in.text("--project"))
      out.push_back({one.name, one.text, one.description});
  }
  return out;
}

/// What everybody may see who lists them; of connections type and host.
Result<std::vector<FileValue>> shown_values(ApiClient& client, const Invocation& in,
                                            const Kind& kind) {
  AIFLOW_ASSIGN(const auto items, listed(client, in, kind.path));
  std::vector<FileValue> out;
  for (const auto& item : items) {
    if (kind.noun == kVariables.noun) {
      AIFLOW_ASSIGN(const auto one, wire::parse_variable(item));
      if (one.value) out.push_back({one.key, *one.value, one.description});
      continue;
    }
    AIFLOW_ASSIGN(const auto one, wire::parse_connection(item));
    const auto shown = json::object(
        {{"conn_type", one.conn_type}, {"host", one.host}, {"description", one.description}});
    out.push_back({one.conn_id, json::write(shown), one.description});
  }
  if (out.size() < items.size()) {
    std::cerr << items.size() - out.size() << " secret ones are left out (--with-secrets)\n";
  }
  return out;
}

Status export_values(const Clock& clock, const Invocation& in, const Kind& kind) {
  auto client = client_for(clock, in);
  AIFLOW_ASSIGN(const auto values, in.flag("--with-secrets") ? open_values(client, in, kind)
                                                             : shown_values(client, in, kind));
  const auto text = json::write_pretty(kind.write(values)) + "\n";
  if (in.text("--file") == "-") {
    std::cout << text;
    return {};
  }
  AIFLOW_TRY(os::write_atomic(in.text("--file"), text, 0600));
  std::cerr << values.size() << " " << kind.path << " are in " << in.text("--file") << "\n";
  return {};
}

Status rotate(const Clock& clock, const Invocation& in) {
  auto client = client_for(clock, in);
  AIFLOW_ASSIGN(const auto answer, client.call("POST", "/api/v2/secretsKey"));
  if (in.flag("--json")) {
    print_object(in, answer);
    return {};
  }
  AIFLOW_ASSIGN(const auto rotated, wire::parse_key_rotated(answer));
  std::cout << rotated.count << " values are sealed with the new key " << rotated.key_id
            << "; back up secrets.key again\n";
  return {};
}

const Parameter kFile{
    .name = "--file", .help = "read from here; - is the standard input", .otherwise = "-"};
const Parameter kDescription{.name = "--description", .help = "what it is for"};

const Parameter kProject{.name = "--project",
                         .help = "whose tasks get it: each project has values of its own",
                         .otherwise = "default"};
const Parameter kAnyProject{.name = "--project", .help = "of this project alone"};

const Parameter kKey{.name = "key", .help = "the variable's name", .required = true};
const Parameter kConnId{.name = "conn_id", .help = "the connection's id", .required = true};

/// import and export, of both kinds.
std::vector<Command> file_commands(const Clock& clock, const Kind& kind) {
  const std::string path = kind.path;
  return {
      {.words = {path, "import"},
       .summary = "sets all that stand in a file of Airflow's: JSON, YAML or env",
       .parameters = with_common(
           {{.name = "file", .help = "the file; - is the standard input", .required = true},
            {.name = "--format", .help = "json, yaml or env; else as the file's name ends"},
            kProject}),
       .examples = {"aiflow " + path + " import " + path + ".json",
                    "aiflow " + path + " import - --format env < " + path + ".env"},
       .run = [&clock, &kind](const Invocation& in) { return import_values(clock, in, kind); }},
      {.words = {path, "export"},
       .summary = "writes them as JSON, without secrets unless asked for",
       .parameters =
           with_common({{.name = "--file",
                         .help = "into this file (mode 0600); - is the standard output",
                         .otherwise = "-"},
                        {.name = "--with-secrets",
                         .help = "everything in plain text; on the server's machine alone",
                         .flag = true},
                        kProject}),
       .examples = {"aiflow " + path + " export",
                    "aiflow " + path + " export --with-secrets --file " + path + ".json"},
       .run = [&clock, &kind](const Invocation& in) { return export_values(clock, in, kind); }},
  };
}

std::vector<Command> variable_commands(const Clock& clock) {
  return {
      {.words = {"variables", "list"},
       .summary = "variables that the server keeps; values of secret ones are not shown",
       .parameters = with_common({kAnyProject}),
       .examples = {"aiflow variables list", "aiflow variables list --project line1 --json"},
       .run = [&clock](const Invocation& in) { return list_variables(clock, in); }},
      {.words = {"variables", "get"},
       .summary = "prints the value of a variable that is not secret",
       .parameters = with_common({kKey, kProject}),
       .examples = {"aiflow variables get place", "aiflow variables get place --project line1"},
       .run = [&clock](const Invocation& in) { return get_variable(clock, in); }},
      {.words = {"variables", "set"},
       .summary = "sets a variable, from the standard input or a file",
       .parameters = with_common(
           {kKey,
            kFile,
            kDescription,
            {.name = "--secret", .help = "only running tasks get its value", .flag = true},
            kProject}),
       .examples = {"echo Seoul | aiflow variables set place",
                    "echo Busan | aiflow variables set place --project line1",
                    "aiflow variables set api_token --file token.txt --secret"},
       .run = [&clock](const Invocation& in) { return set_variable(clock, in); }},
      {.words = {"variables", "delete"},
       .summary = "removes a variable",
       .parameters = with_common({kKey, kProject}),
       .examples = {"aiflow variables delete place"},
       .run =
           [&clock](const Invocation& in) { return remove_value(clock, in, "variables", "key"); }},
  };
}

std::vector<Command> connection_commands(const Clock& clock) {
  return {
      {.words = {"connections", "list"},
       .summary = "connections that the server keeps, without how to sign in there",
       .parameters = with_common({kAnyProject}),
       .examples = {"aiflow connections list", "aiflow connections list --project line1"},
       .run = [&clock](const Invocation& in) { return list_connections(clock, in); }},
      {.words = {"connections", "get"},
       .summary = "what may be shown of a connection: type and host",
       .parameters = with_common({kConnId, kProject}),
       .examples = {"aiflow connections get db --json"},
       .run = [&clock](const Invocation& in) { return get_connection(clock, in); }},
      {.words = {"connections", "set"},
       .summary = "sets a connection: a URI or a JSON object, from the standard input or a file",
       .parameters = with_common({kConnId, kFile, kDescription, kProject}),
       .examples = {"aiflow connections set db --file db.uri",
                    "aiflow connections set db --file line1.uri --project line1",
                    "aiflow connections set api < api.json"},
       .run = [&clock](const Invocation& in) { return set_connection(clock, in); }},
      {.words = {"connections", "delete"},
       .summary = "removes a connection",
       .parameters = with_common({kConnId, kProject}),
       .examples = {"aiflow connections delete db"},
       .run =
           [&clock](const Invocation& in) {
             return remove_value(clock, in, "connections", "conn_id");
           }},
  };
}

}  // namespace

std::vector<Command> value_commands(const Clock& clock) {
  std::vector<Command> all{{.words = {"secrets", "rotate"},
                            .summary = "makes a new key and seals all variables and connections "
                                       "with it",
                            .parameters = with_common({}),
                            .examples = {"aiflow secrets rotate"},
                            .run = [&clock](const Invocation& in) { return rotate(clock, in); }}};
  for (auto part : {variable_commands(clock), file_commands(clock, kVariables),
                    connection_commands(clock), file_commands(clock, kConnections)}) {
    all.insert(all.end(), std::make_move_iterator(part.begin()),
               std::make_move_iterator(part.end()));
  }
  return all;
}

}  // namespace aiflow::app
