// SPDX-License-Identifier: Apache-2.0
#include "store/admin/cordons.h"

namespace aiflow::store {

Status Cordons::add(const WorkerId& worker, const std::string& by_whom, WallTime since) {
  AIFLOW_TRY(remove(worker));
  return db_.run("INSERT INTO cordons (worker_id, by_whom, since) VALUES (?, ?, ?)",
                 {worker.value, by_whom, since});
}

Status Cordons::remove(const WorkerId& worker) {
  return db_.run("DELETE FROM cordons WHERE worker_id = ?", {worker.value});
}

Result<std::vector<WorkerId>> Cordons::all() {
  return db_.all("SELECT worker_id FROM cordons", {},
                 [](db::Row& row) { return WorkerId{row.text()}; });
}

}  // namespace aiflow::store
