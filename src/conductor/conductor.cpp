// SPDX-License-Identifier: Apache-2.0
#include "conductor/conductor.h"

#include <utility>

#include "conductor/detail/engine.h"

namespace aiflow::conductor {
namespace {

/// A request that `call`s the engine with its own copy of what was asked, and refuses by `answer`.
template <class T, class Call>
detail::Request make_request(Answer<T> answer, Call call) {
  return {.prepare = [answer, call = std::move(call)](
                         detail::Batch& batch) mutable { call(batch, answer); },
          .refuse = [answer](Error error) { answer(fail(std::move(error))); }};
}

}  // namespace

Conductor::Conductor(const Clock& clock, store::Store& store, executor::Executor& executor,
                     Options options)
    : engine_(std::make_unique<Engine>(clock, store, executor, std::move(options))) {}
Conductor::~Conductor() = default;

Status Conductor::open() { return engine_->open(); }
void Conductor::start() { engine_->start(); }
void Conductor::stop() { engine_->stop(); }
bool Conductor::run_pending() { return engine_->run_pending(); }

void Conductor::parsed(DagFileParsed file, Answer<std::vector<DagId>> answer) {
  engine_->request(make_request(
      std::move(answer), [engine = engine_.get(), file = std::move(file)](auto& batch, auto& to) {
        engine->parsed(batch, file, to);
      }));
}

void Conductor::file_removed(std::string filename, Answer<std::vector<DagId>> answer) {
  engine_->request(
      make_request(std::move(answer),
                   [engine = engine_.get(), filename = std::move(filename)](auto& batch, auto& to) {
                     engine->file_removed(batch, filename, to);
                   }));
}

void Conductor::trigger(TriggerRun request, Answer<store::RunRow> answer) {
  engine_->request(make_request(
      std::move(answer), [engine = engine_.get(), request = std::move(request)](
                             auto& batch, auto& to) { engine->trigger(batch, request, to); }));
}

void Conductor::clear(ClearTasks request, Answer<std::vector<store::TaskRow>> answer) {
  engine_->request(make_request(std::move(answer),
                                [engine = engine_.get(), request = std::move(request)](
                                    auto& batch, auto& to) { engine->clear(batch, request, to); }));
}

void Conductor::mark(MarkTask request, Answer<std::vector<store::TaskRow>> answer) {
  engine_->request(make_request(std::move(answer),
                                [engine = engine_.get(), request = std::move(request)](
                                    auto& batch, auto& to) { engine->mark(batch, request, to); }));
}

void Conductor::mark_run(MarkRun request, Answer<store::RunRow> answer) {
  engine_->request(make_request(
      std::move(answer), [engine = engine_.get(), request = std::move(request)](
                             auto& batch, auto& to) { engine->mark_run(batch, request, to); }));
}

void Conductor::report_service(ReportService request, Answer<bool> answer) {
  engine_->request(
      make_request(std::move(answer),
                   [engine = engine_.get(), request = std::move(request)](auto& batch, auto& to) {
                     engine->report_service(batch, request, to);
                   }));
}

void Conductor::delete_run(DeleteRun request, Answer<bool> answer) {
  engine_->request(make_request(
      std::move(answer), [engine = engine_.get(), request = std::move(request)](
                             auto& batch, auto& to) { engine->delete_run(batch, request, to); }));
}

void Conductor::put_pool(PutPool request, Answer<wire::Pool> answer) {
  engine_->request(make_request(
      std::move(answer), [engine = engine_.get(), request = std::move(request)](
                             auto& batch, auto& to) { engine->put_pool(batch, request, to); }));
}

void Conductor::remove_pool(RemovePool request, Answer<bool> answer) {
  engine_->request(make_request(
      std::move(answer), [engine = engine_.get(), request = std::move(request)](
                             auto& batch, auto& to) { engine->remove_pool(batch, request, to); }));
}

void Conductor::pools(Answer<std::vector<wire::Pool>> answer) {
  engine_->request(make_request(std::move(answer), [engine = engine_.get()](auto& batch, auto& to) {
    engine->pools(batch, to);
  }));
}

void Conductor::waits(Answer<sched::Waits> answer) {
  engine_->request(make_request(std::move(answer), [engine = engine_.get()](auto& batch, auto& to) {
    engine->waits(batch, to);
  }));
}

void Conductor::pause(PauseDag request, Answer<store::DagRow> answer) {
  engine_->request(make_request(std::move(answer),
                                [engine = engine_.get(), request = std::move(request)](
                                    auto& batch, auto& to) { engine->pause(batch, request, to); }));
}

void Conductor::asset_changed(TellAsset request, Answer<store::AssetEventRow> answer) {
  engine_->request(
      make_request(std::move(answer),
                   [engine = engine_.get(), request = std::move(request)](auto& batch, auto& to) {
                     engine->asset_changed(batch, request, to);
                   }));
}

void Conductor::backfill(AskBackfill request, Answer<store::BackfillRow> answer) {
  engine_->request(make_request(
      std::move(answer), [engine = engine_.get(), request = std::move(request)](
                             auto& batch, auto& to) { engine->backfill(batch, request, to); }));
}

void Conductor::steer_backfill(SteerBackfill request, Answer<store::BackfillRow> answer) {
  engine_->request(
      make_request(std::move(answer),
                   [engine = engine_.get(), request = std::move(request)](auto& batch, auto& to) {
                     engine->steer_backfill(batch, request, to);
                   }));
}

void Conductor::explain(store::TaskKey key, Answer<wire::Explanation> answer) {
  engine_->request(make_request(
      std::move(answer), [engine = engine_.get(), key = std::move(key)](auto& batch, auto& to) {
        engine->explain(batch, key, to);
      }));
}

void Conductor::forget(store::RunKey run, Answer<Forgotten> answer) {
  engine_->request(make_request(
      std::move(answer), [engine = engine_.get(), run = std::move(run)](auto& batch, auto& to) {
        engine->forget(batch, run, to);
      }));
}

void Conductor::explain(store::RunKey key, Answer<wire::Explanation> answer) {
  engine_->request(make_request(
      std::move(answer), [engine = engine_.get(), key = std::move(key)](auto& batch, auto& to) {
        engine->explain(batch, key, to);
      }));
}

void Conductor::explain(DagId dag_id, Answer<wire::Explanation> answer) {
  engine_->request(make_request(
      std::move(answer), [engine = engine_.get(), dag_id = std::move(dag_id)](
                             auto& batch, auto& to) { engine->explain(batch, dag_id, to); }));
}

void Conductor::delete_xcom(DeleteXCom request, Answer<bool> answer) {
  engine_->request(make_request(
      std::move(answer), [engine = engine_.get(), request = std::move(request)](
                             auto& batch, auto& to) { engine->delete_xcom(batch, request, to); }));
}

std::vector<UsageSample> Conductor::usage(const store::TaskKey& key) const {
  return engine_->usage(key);
}

std::optional<wire::ProgressInfo> Conductor::progress(const store::TaskKey& key) const {
  return engine_->progress(key);
}

std::string Conductor::trouble() const { return engine_->trouble(); }
std::size_t Conductor::waiting() const { return engine_->waiting(); }

}  // namespace aiflow::conductor
