// SPDX-License-Identifier: Apache-2.0
#include "service/dag_files/dag_editor.h"

#include <algorithm>
#include <chrono>
#include <set>
#include <utility>

#include "json/value.h"
#include "log/log.h"
#include "os/file.h"
#include "os/temp_dir.h"
#include "service/dag_files/dag_check.h"
#include "service/dag_files/dag_loader.h"
#include "store/admin/project_store.h"
#include "store/dag_store.h"
#include "store/pack_store.h"
#include "store/run_store.h"

namespace aiflow::service {
namespace {

namespace fs = std::filesystem;

/// The parser's own limit (sdk/python/aiflow/yaml_dags/document.py).
constexpr std::size_t kTextBytesMax = 1U << 20;
constexpr std::size_t kNameBytesMax = 200;
/// Each is a process for a quarter of a second.
constexpr int kChecksAtOnce = 2;
constexpr auto kCheckWait = std::chrono::seconds(10);

bool is_yaml_name(const fs::path& file) {
  return file.extension() == ".yaml" || file.extension() == ".yml";
}

/// What may be a file's name and cannot be mistaken for anything else in a folder.
Status check_name(const DagId& id) {
  const std::string& name = id.value;
  const auto is_plain = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' ||
           c == '-' || c == '.' || static_cast<unsigned char>(c) >= 0x80;
  };
  if (!name.empty() && name.size() <= kNameBytesMax && name.front() != '.' &&
      std::ranges::all_of(name, is_plain)) {
    return {};
  }
  return fail(ErrorCode::invalid_argument,
              "the id of a DAG that is saved as a file has 1 to 200 letters, digits, _, - and ., "
              "and does not begin with .");
}

Status check_size(const std::string& content) {
  if (content.size() <= kTextBytesMax) return {};
  return fail(ErrorCode::invalid_argument,
              "a DAG's text has at most " + std::to_string(kTextBytesMax) + " bytes");
}

std::string words_of(const std::vector<wire::DagProblem>& problems) {
  const auto& first = problems.front();
  std::string text = "line " + std::to_string(first.line) + ": " + first.message;
  if (problems.size() > 1) text += " (and " + std::to_string(problems.size() - 1) + " more)";
  return text;
}

wire::DagFileVersion to_wire(store::DagTextRow row) {
  return {.dag_id = row.dag_id.value,
          .version_number = row.version,
          .cause = std::move(row.cause),
          .saved_at = row.saved_at,
          .saved_by = std::move(row.saved_by)};
}

}  // namespace

DagEditor::DagEditor(Parts parts) : parts_(std::move(parts)), checking_(kChecksAtOnce) {
  // What a server that was killed has left.
  if (const auto removed = os::remove_tree(parts_.scratch); !removed) {
    log::warn("texts of DAGs not removed", {{"error", removed.error()}});
  }
}

Result<wire::OperatorCatalogue> DagEditor::operators() {
  const std::scoped_lock lock(describing_);
  if (!operators_) {
    AIFLOW_ASSIGN(const auto text, parts_.describe());
    AIFLOW_ASSIGN(const auto json, json::parse(text));
    AIFLOW_ASSIGN(operators_, wire::parse_operator_catalogue(json));
  }
  return *operators_;
}

Result<wire::DagFile> DagEditor::parse(const std::string& content) {
  AIFLOW_TRY(check_size(content));
  if (!is_yaml_dag(content)) {
    wire::DagFile none;
    none.error.emplace().message = "a DAG is a map that begins with aiflow_dag: 1";
    return none;
  }
  if (!checking_.try_acquire_for(kCheckWait)) {
    return fail(ErrorCode::unavailable, "other texts are checked just now; try again");
  }
  struct Slot {
    std::counting_semaphore<>& all;
    ~Slot() { all.release(); }
  } const slot{checking_};
  AIFLOW_TRY(os::make_dirs(parts_.scratch));
  AIFLOW_ASSIGN(const auto folder, os::TempDir::create("text", parts_.scratch));
  const fs::path file = folder.path() / "dag.yaml";
  AIFLOW_TRY(os::write_atomic(file, content));
  std::optional<Result<wire::DagFile>> made;
  parts_.parse({file}, [&](const fs::path&, Result<wire::DagFile> parsed) {
    made = std::move(parsed);
    return true;
  });
  if (!made) return fail(ErrorCode::unavailable, "the text was not checked");
  return *std::move(made);
}

Result<wire::DagCheck> DagEditor::judge(const wire::DagFile& file) {
  std::set<std::string> pools;
  return parts_.store.read([&](db::Connection& db) -> Result<wire::DagCheck> {
    AIFLOW_ASSIGN(const auto rows, store::RunStore(db).pools());
    for (const auto& row : rows) pools.insert(row.name.value);
    auto checked = check_of(
        file,
        {.pool = [&](const auto& name) { return pools.contains(name); },
         .pack = [&](const auto& name) { return store::PackStore(db).get(name).has_value(); }});
    if (!checked.problems.empty()) return checked;
    const auto known = store::DagStore(db).get(DagId(checked.dag_id));
    if (!known && known.error().code != ErrorCode::not_found) return fail(known.error());
    checked.is_taken = known && known->is_active;
    return checked;
  });
}

Result<wire::DagCheck> DagEditor::check(const std::string& content) {
  AIFLOW_ASSIGN(const auto parsed, parse(content));
  return judge(parsed);
}

/// Where the DAG is written; a new one's is <dag_id>.yaml in the first folder. One that is away
/// comes back into the folder that it was in: the folder says whose project it is of, and who may
/// change it there may do nothing elsewhere.
Result<fs::path> DagEditor::file_of(const DagId& id) {
  AIFLOW_TRY(check_name(id));
  const auto row =
      parts_.store.read([&](db::Connection& db) { return store::DagStore(db).get(id); });
  if (!row && row.error().code != ErrorCode::not_found) return fail(row.error());
  if (!row || !row->is_active) {
    return parts_.folders.front() / (row ? row->folder : "") / (id.value + ".yaml");
  }
  const fs::path known = row->fileloc;
  if (is_yaml_name(known)) return known;
  return fail(ErrorCode::conflict, "dag '" + id.value + "' is written in " +
                                       known.filename().string() +
                                       ", which is no YAML file: change it there");
}

/// No link, no way out of the DAG folders.
Status DagEditor::check_inside(const fs::path& file) const {
  std::error_code error;
  const auto status = fs::symlink_status(file, error);
  const auto folder = fs::weakly_canonical(file.parent_path(), error);
  const bool is_inside = std::ranges::any_of(parts_.folders, [&](const fs::path& root) {
    const auto relative = folder.lexically_relative(fs::weakly_canonical(root, error));
    return !relative.empty() && *relative.begin() != "..";
  });
  if (is_inside && (!fs::exists(status) || fs::is_regular_file(status))) return {};
  return fail(ErrorCode::conflict,
              file.string() + " is a link or outside of the DAG folder: change it there");
}

Result<DagEditor::Place> DagEditor::place_of(const DagId& id) {
  AIFLOW_ASSIGN(const fs::path file, file_of(id));
  return as_found(file);
}

/// Of a DAG that there never was: in the project's folder; of one that is away and was of this
/// project: in the folder that it was in.
Result<DagEditor::Place> DagEditor::new_place(const DagId& id, const std::string& project) {
  AIFLOW_TRY(check_name(id));
  struct Before {
    std::optional<store::DagRow> row;
    std::vector<std::string> projects;
  };
  AIFLOW_ASSIGN(const auto before, parts_.store.read([&](db::Connection& db) -> Result<Before> {
    Before found;
    auto row = store::DagStore(db).get(id);
    if (!row && row.error().code == ErrorCode::not_found) return found;
    if (!row) return fail(std::move(row).error());
    found.row = *std::move(row);
    AIFLOW_ASSIGN(found.projects,
                  store::ProjectStore(db).owners(store::ProjectStore::Thing::dag, id.value));
    return found;
  }));
  const bool was_here = std::ranges::find(before.projects, project) != before.projects.end();
  const bool is_taken = before.row && (before.row->is_active || !was_here);
  const bool has_folder = project != store::kDefaultProject;
  const fs::path folder = before.row ? before.row->folder : has_folder ? project : "";
  // In which project it is taken says nothing: not everybody may know.
  const auto taken = [&] {
    return fail(ErrorCode::conflict,
                "the dag_id '" + id.value + "' is taken on this server: choose another one");
  };
  if (is_taken) return taken();
  AIFLOW_ASSIGN(Place place, as_found(parts_.folders.front() / folder / (id.value + ".yaml")));
  if (place.text) return taken();
  return place;
}

Result<DagEditor::Place> DagEditor::as_found(const fs::path& file) const {
  Place place{.file = file};
  AIFLOW_TRY(check_inside(place.file));
  auto text = os::read_file(place.file, kTextBytesMax);
  if (!text && text.error().code == ErrorCode::not_found) return place;
  if (!text) return fail(std::move(text).error());
  if (!is_yaml_dag(*text)) {
    return fail(ErrorCode::conflict, place.file.string() + " is no DAG; it is left alone");
  }
  place.text = *std::move(text);
  return place;
}

Result<wire::DagFileText> DagEditor::described(const DagId& id, const Place& place) {
  AIFLOW_ASSIGN(const auto newest, parts_.store.read([&](db::Connection& db) {
    return store::DagTextStore(db).newest(id);
  }));
  wire::DagFileText out{
      .dag_id = id.value, .file = place.file.string(), .content = place.text.value_or("")};
  if (newest && newest->content == place.text) {
    out.version = newest->version;
    out.saved_at = newest->saved_at;
    out.saved_by = newest->saved_by;
  }
  return out;
}

Result<wire::DagFileText> DagEditor::read(const DagId& id) {
  AIFLOW_ASSIGN(const auto place, place_of(id));
  if (place.text) return described(id, place);
  return fail(ErrorCode::not_found, "there is no YAML file of dag '" + id.value + "'");
}

Status DagEditor::keep(const store::DagTextRow& row) {
  return parts_.store.transact([&](db::Connection& db) -> Status {
    AIFLOW_ASSIGN([[maybe_unused]] const auto version, store::DagTextStore(db).add(row));
    return {};
  });
}

/// What is about to go and was not written here.
Status DagEditor::keep_outside(const DagId& id, const std::string& text) {
  AIFLOW_ASSIGN(const auto newest, parts_.store.read([&](db::Connection& db) {
    return store::DagTextStore(db).newest(id);
  }));
  if (newest && newest->content == text) return {};
  return keep({.dag_id = id,
               .cause = "outside",
               .content = text,
               .saved_at = parts_.clock.now(),
               .saved_by = ""});
}

Result<DagEditor::Sound> DagEditor::sound(const std::string& content) {
  AIFLOW_ASSIGN(auto parsed, parse(content));
  AIFLOW_ASSIGN(const auto checked, judge(parsed));
  if (!checked.problems.empty()) return fail(ErrorCode::corrupt, words_of(checked.problems));
  return Sound{.file = std::move(parsed), .id = DagId(checked.dag_id)};
}

Result<wire::DagFileText> DagEditor::make(const std::string& project, const std::string& content,
                                          const std::string& who,
                                          const std::function<void(const DagId&)>& named) {
  AIFLOW_ASSIGN(auto text, sound(content));
  named(text.id);
  const std::scoped_lock lock(writing_);
  AIFLOW_ASSIGN(auto place, new_place(text.id, project));
  return store(std::move(text), std::move(place), content, who);
}

Result<wire::DagFileText> DagEditor::save(const DagId& id, const std::string& content, Write write,
                                          const std::string& who) {
  AIFLOW_TRY(check_name(id));
  AIFLOW_ASSIGN(auto text, sound(content));
  if (text.id != id) {
    return fail(ErrorCode::invalid_argument, "the text's dag_id is '" + text.id.value + "', not '" +
                                                 id.value + "'; save it under that name");
  }
  const std::scoped_lock lock(writing_);
  AIFLOW_ASSIGN(auto place, place_of(id));
  if (place.text && write == Write::make) {
    return fail(ErrorCode::conflict, "there is a DAG '" + id.value + "' already");
  }
  if (!place.text && write == Write::change) {
    return fail(ErrorCode::not_found, "there is no YAML file of dag '" + id.value + "'");
  }
  return store(std::move(text), std::move(place), content, who);
}

Result<wire::DagFileText> DagEditor::store(Sound text, Place place, const std::string& content,
                                           const std::string& who) {
  if (place.text) AIFLOW_TRY(keep_outside(text.id, *place.text));
  const bool is_new = place.text != content;
  // Others may read it, as files that people put there: the parser runs as nobody.
  if (is_new) {
    AIFLOW_TRY(os::make_dirs(place.file.parent_path(), 0755));
    AIFLOW_TRY(os::write_atomic(place.file, content, 0644));
  }
  place.text = content;
  if (is_new) {
    AIFLOW_TRY(keep({.dag_id = text.id,
                     .cause = "saved",
                     .content = content,
                     .saved_at = parts_.clock.now(),
                     .saved_by = who}));
  }
  text.file.file = place.file.string();
  text.file.reads.reset();
  AIFLOW_TRY(parts_.load(std::move(text.file), content));
  return described(text.id, place);
}

Status DagEditor::remove(const DagId& id, const std::string& who) {
  const std::scoped_lock lock(writing_);
  AIFLOW_ASSIGN(const auto place, place_of(id));
  if (!place.text) {
    return fail(ErrorCode::not_found, "there is no YAML file of dag '" + id.value + "'");
  }
  AIFLOW_TRY(keep_outside(id, *place.text));
  AIFLOW_TRY(os::remove_file(place.file));
  AIFLOW_TRY(keep({.dag_id = id,
                   .cause = "deleted",
                   .content = "",
                   .saved_at = parts_.clock.now(),
                   .saved_by = who}));
  return parts_.unload(place.file.string());
}

Result<std::vector<wire::DagFileVersion>> DagEditor::versions(const DagId& id) {
  AIFLOW_ASSIGN(auto rows, parts_.store.read([&](db::Connection& db) {
    return store::DagTextStore(db).list(id);
  }));
  std::vector<wire::DagFileVersion> out;
  for (auto& row : rows) out.push_back(to_wire(std::move(row)));
  return out;
}

Result<wire::DagFileVersion> DagEditor::version(const DagId& id, std::int64_t number) {
  AIFLOW_ASSIGN(auto row, parts_.store.read([&](db::Connection& db) {
    return store::DagTextStore(db).get(id, number);
  }));
  std::string content = row.content;
  auto out = to_wire(std::move(row));
  out.content = std::move(content);
  return out;
}

}  // namespace aiflow::service
