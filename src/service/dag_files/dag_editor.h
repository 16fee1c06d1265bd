// SPDX-License-Identifier: Apache-2.0
// The YAML files of the DAG folder as the dashboard's editor reads, checks and writes them, with
// the texts that they had before. Written by other means as well (an editor, git), so what is in
// the folder counts; the database keeps the history. Thread-safe.
#pragma once

#include <filesystem>
#include <functional>
#include <mutex>
#include <optional>
#include <semaphore>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/id.h"
#include "base/result.h"
#include "store/data/dag_text_store.h"
#include "store/store.h"
#include "supervise/parse_dag_file.h"
#include "wire/dag.h"
#include "wire/editor.h"

namespace aiflow::service {

class DagEditor {
 public:
  struct Parts {
    const Clock& clock;
    store::Store& store;
    /// Those of the loader, at least one; new files go into the first.
    std::vector<std::filesystem::path> folders;
    /// A folder of the editor's own, for texts while they are checked.
    std::filesystem::path scratch;
    std::function<void(std::vector<std::filesystem::path>, const supervise::ParsedFile&)> parse;
    /// OperatorCatalogue as JSON.
    std::function<Result<std::string>()> describe;
    /// As DagLoaderParts: what the file gives from now on; blocks until it is stored.
    std::function<Status(wire::DagFile file, std::string source)> load;
    std::function<Status(const std::string& filename)> unload;
  };
  explicit DagEditor(Parts parts);

  /// The same as long as the server runs. Errors: unavailable.
  [[nodiscard]] Result<wire::OperatorCatalogue> operators();

  /// Errors: invalid_argument (too large), unavailable (too many at once).
  [[nodiscard]] Result<wire::DagCheck> check(const std::string& content);

  /// Errors: not_found; conflict when the DAG is not written in YAML.
  [[nodiscard]] Result<wire::DagFileText> read(const DagId& id);

  /// A new DAG, as <dag_id>.yaml in the folder of the project, or where it was before. Errors: as
  /// save(); conflict also when there was such a DAG in another project, to which its runs belong.
  /// named - hears which DAG the text is of, also when it is refused for its name.
  [[nodiscard]] Result<wire::DagFileText> make(const std::string& project,
                                               const std::string& content, const std::string& who,
                                               const std::function<void(const DagId&)>& named);

  enum class Write { make, change };
  /// `make` refuses to replace a file, `change` needs one. Errors: corrupt (mistakes in the text),
  /// invalid_argument (the name, too large, the text's DAG is another one), conflict (there is such
  /// a DAG, or a file of that name that is none, or one that leads out of the folder), not_found,
  /// denied and unavailable (the folder cannot be written).
  [[nodiscard]] Result<wire::DagFileText> save(const DagId& id, const std::string& content,
                                               Write write, const std::string& who);
  /// Errors: not_found, conflict, denied, unavailable.
  Status remove(const DagId& id, const std::string& who);

  /// Newest first.
  [[nodiscard]] Result<std::vector<wire::DagFileVersion>> versions(const DagId& id);
  /// Errors: not_found.
  [[nodiscard]] Result<wire::DagFileVersion> version(const DagId& id, std::int64_t number);

 private:
  struct Place {
    std::filesystem::path file;
    std::optional<std::string> text = {};  ///< when the file is there
  };
  [[nodiscard]] Result<Place> place_of(const DagId& id);
  [[nodiscard]] Result<std::filesystem::path> file_of(const DagId& id);
  [[nodiscard]] Status check_inside(const std::filesystem::path& file) const;
  [[nodiscard]] Result<Place> new_place(const DagId& id, const std::string& project);
  /// A text without mistakes. Errors: corrupt.
  struct Sound {
    wire::DagFile file;
    DagId id;
  };
  [[nodiscard]] Result<Sound> sound(const std::string& content);
  [[nodiscard]] Result<Place> as_found(const std::filesystem::path& file) const;
  /// Under writing_.
  [[nodiscard]] Result<wire::DagFileText> store(Sound text, Place place, const std::string& content,
                                                const std::string& who);
  [[nodiscard]] Result<wire::DagFile> parse(const std::string& content);
  [[nodiscard]] Result<wire::DagCheck> judge(const wire::DagFile& file);
  [[nodiscard]] Result<wire::DagFileText> described(const DagId& id, const Place& place);
  Status keep(const store::DagTextRow& row);
  Status keep_outside(const DagId& id, const std::string& text);

  const Parts parts_;
  std::counting_semaphore<> checking_;  ///< children at once
  std::mutex writing_;
  std::mutex describing_;
  std::optional<wire::OperatorCatalogue> operators_;  ///< guarded by describing_
};

}  // namespace aiflow::service
