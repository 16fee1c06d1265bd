// SPDX-License-Identifier: Apache-2.0
#include "targets.h"

#include <algorithm>
#include <span>

#include "app/optimize/test_tflite.h"
#include "base/clock.h"
#include "blobs/tree.h"
#include "conductor/dag_from_spec.h"
#include "dag/schedule.h"
#include "docker/log_frames.h"
#include "executor/kubernetes/pod_outcome.h"
#include "graph/onnx_io.h"
#include "graph/tflite_io.h"
#include "id_tokens.h"
#include "infer/model.h"
#include "infer/oip.h"
#include "json/value.h"
#include "kubernetes/cluster.h"
#include "kubernetes/watch_event.h"
#include "kubernetes/yaml.h"
#include "net/http.h"
#include "oidc/id_token.h"
#include "oidc/key_set.h"
#include "os/file.h"
#include "os/frame.h"
#include "redis/address.h"
#include "redis/connection.h"
#include "redis/streams.h"
#include "runtime/pack.h"
#include "trigger/connection.h"
#include "trigger/trigger.h"
#include "watch/rule_config.h"
#include "wire/dag.h"
#include "wire/worker.h"

namespace aiflow::fuzz {
namespace {

Verdict verdict(bool holds) { return holds ? Verdict::accepted : Verdict::broken; }

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

/// A reply that was cut off anywhere gives no more replies than the whole; what the streams'
/// parsers take has an id and whole fields.
Verdict redis_replies_hold(std::string_view input) {
  const auto replies = redis::parse_replies(input);
  if (!replies) return Verdict::refused;
  const auto fewer = redis::parse_replies(input.substr(0, input.size() / 2));
  bool holds = fewer.has_value() && fewer->size() <= replies->size();
  for (const redis::Reply& reply : *replies) {
    std::vector<redis::Entry> entries;
    if (auto read = redis::parse_read(reply)) {
      for (auto& stream : *read) {
        entries.insert(entries.end(), stream.entries.begin(), stream.entries.end());
      }
    }
    if (auto taken = redis::parse_autoclaim(reply)) {
      entries.insert(entries.end(), taken->begin(), taken->end());
    }
    for (const redis::Entry& entry : entries) {
      for (const auto& [name, value] : entry.fields) holds = holds && entry.find(name) != nullptr;
    }
  }
  return verdict(holds);
}

Verdict redis_address_holds(std::string_view input) {
  const auto address = redis::parse_address(input);
  if (!address)
    return verdict(address.error().code == ErrorCode::invalid_argument) == Verdict::accepted
               ? Verdict::refused
               : Verdict::broken;
  const auto again = redis::parse_address(redis::describe(*address));
  return verdict(again && again->host == address->host && again->port == address->port &&
                 again->db == address->db && again->tls == address->tls);
}

/// A token counts only with a signature of one of the keys, so with the claims that were signed.
Verdict id_token_holds(std::string_view input) {
  static const oidc::KeySet keys = oidc::KeySet::parse(kProviderKeys).value();
  static const json::Value signed_claims = keys.verify(kIdTokens[0]).value();
  const auto claims = keys.verify(input);
  return claims ? verdict(*claims == signed_claims) : Verdict::refused;
}

/// Keys are of use or left out: they check a token, whatever they are.
Verdict key_set_holds(std::string_view input) {
  const auto keys = oidc::KeySet::parse(input);
  if (!keys) return Verdict::refused;
  bool holds = keys->size() >= 1 && keys->size() <= 64;
  for (const auto token : kIdTokens) {
    const auto claims = keys->verify(token);
    holds = holds && (!claims || json::get_string(*claims, "sub") == "7");
  }
  return verdict(holds);
}

/// Claims that pass are this issuer's, for this client and log-in; a person has a subject.
Verdict claims_hold(std::string_view input) {
  const auto claims = json::parse(input);
  if (!claims) return Verdict::refused;
  const auto person =
      oidc::person_of(*claims, {.user = "preferred_username", .groups = "a.groups"});
  if (person && (person->subject.empty() || person->subject.size() > 255)) return Verdict::broken;
  const auto checked =
      oidc::check_claims(*claims, {.issuer = "https://id.local",
                                   .client_id = "aiflow",
                                   .nonce = "n-1",
                                   .now = WallTime(std::chrono::seconds(1'800'000'000))});
  if (!checked) return Verdict::refused;
  return verdict(json::get_string(*claims, "nonce") == "n-1" &&
                 json::get_double(*claims, "exp").value_or(0) > 1'799'999'940);
}

/// What was read and written again reads as the same.
Verdict json_holds(std::string_view input) {
  const auto value = json::parse(input);
  if (!value) return Verdict::refused;
  const auto again = json::parse(json::write(*value));
  return verdict(again && *again == *value);
}

Verdict cron_holds(std::string_view input) {
  const auto cron = dag::Cron::parse(input);
  if (!cron) return Verdict::refused;
  const WallTime now = parse_time("2026-02-28T23:59:59Z").value();
  const auto next = cron->next(now, {});
  const auto previous = cron->previous(now, {});
  return verdict((!next || *next > now) && (!previous || *previous < now));
}

/// What is waited for has words, and an interval that does not keep the machine busy.
Verdict trigger_holds(std::string_view input) {
  const auto value = json::parse(input);
  if (!value) return Verdict::refused;
  const auto trigger = trigger::parse(*value);
  if (!trigger) return Verdict::refused;
  const auto* file = std::get_if<trigger::FileTrigger>(&*trigger);
  const auto* http = std::get_if<trigger::HttpTrigger>(&*trigger);
  const bool calm = (file == nullptr || file->poll >= std::chrono::seconds(1)) &&
                    (http == nullptr || http->poll >= std::chrono::seconds(1));
  return verdict(calm && !trigger::describe(*trigger).empty());
}

/// Whatever a cluster says of a pod, its end has a cause when it is no success.
Verdict watch_line_holds(std::string_view input) {
  const auto event = kubernetes::parse_watch_line(input);
  if (!event) return Verdict::refused;
  const auto* changed = std::get_if<kubernetes::PodChanged>(&*event);
  if (changed == nullptr) return Verdict::accepted;
  const auto note = executor::read_note(changed->pod);
  const executor::PodTerms terms = note ? note->terms : executor::PodTerms{};
  const auto end = executor::judge(changed->pod, terms);
  static_cast<void>(executor::start_trouble(changed->pod));
  return verdict(!end || end->outcome == Outcome::success || !end->cause.empty());
}

Verdict yaml_holds(std::string_view input) {
  const auto value = kubernetes::parse_yaml(input);
  if (!value) return Verdict::refused;
  static_cast<void>(kubernetes::parse_kubeconfig(input, "", "/nowhere"));
  return verdict(json::parse(json::write(*value), {.depth_max = 200}).has_value());
}

/// An event with all that is read of a pod.
std::string watch_line_seed() {
  const std::string note =
      R"({\"attempt\":{\"key\":{\"dag_id\":\"d\",\"run_id\":\"r\",\"task_id\":\"t\",)"
      R"(\"map_index\":-1},\"try_number\":1,\"epoch\":2},\"base\":\"base\",\"keep\":1})";
  return R"({"type":"MODIFIED","object":{"metadata":{"name":"p","namespace":"n","uid":"u",
    "resourceVersion":"7","labels":{"aiflow.dev/owner":"o"},
    "annotations":{"aiflow.dev/attempt":")" +
         note + R"("}},
    "spec":{"nodeName":"n1","containers":[{"name":"base"}]},"status":{"phase":"Failed",
    "reason":"Evicted","conditions":[{"type":"DisruptionTarget","status":"True","reason":"x"}],
    "containerStatuses":[{"name":"base","state":{"terminated":{"exitCode":137,"signal":9,
    "reason":"OOMKilled","message":"{}","startedAt":"2026-01-01T00:00:00Z"}}}]}}})";
}

Verdict connection_holds(std::string_view input) {
  const auto connection = trigger::parse_connection(input);
  if (!connection) return Verdict::refused;
  // Decoding shortens, and no part is read twice.
  return verdict(connection->host.size() + connection->login.size() + connection->path.size() +
                     connection->tls_authorities.size() <=
                 input.size());
}

/// No input makes frames out of more bytes than came, or with more than is allowed.
Verdict frames_hold(std::string_view input) {
  constexpr std::size_t kMax = 4096;
  os::FrameReader reader(kMax);
  std::size_t bytes = 0;
  for (std::size_t at = 0; at < input.size(); at += 7) {
    reader.feed(input.substr(at, 7));
    for (auto frame = reader.next(); frame; frame = reader.next()) {
      if (!*frame) break;
      if ((*frame)->size() > kMax) return Verdict::broken;
      bytes += (*frame)->size() + os::kFrameHeaderBytes;
    }
  }
  if (bytes == 0) return Verdict::refused;
  return verdict(bytes <= input.size());
}

/// A container's output: no more text than came, whatever a daemon sends and however it is cut, and
/// no frame that is kept waiting for more than it may have.
Verdict docker_log_holds(std::string_view input) {
  docker::LogFrames frames;
  docker::LogPlace place;
  std::size_t bytes = 0;
  const auto count = [&](docker::Stream, std::string_view text) {
    bytes += place.take(text).size();
  };
  for (std::size_t at = 0; at < input.size(); at += 7) {
    if (!frames.feed(input.substr(at, 7), count)) return Verdict::refused;
    if (frames.pending_bytes() > docker::kLogFrameBytesMax + 8) return Verdict::broken;
  }
  return verdict(bytes <= input.size() && place.since().size() < 40);
}

/// A worker's or a DAG file's message: what is understood is written and understood alike.
template <auto Parse>
Verdict message_holds(std::string_view input) {
  const auto value = json::parse(input);
  if (!value) return Verdict::refused;
  const auto message = Parse(*value);
  if (!message) return Verdict::refused;
  return verdict(Parse(wire::to_json(*message)).has_value());
}

/// What a DAG file gave: every DAG that is understood becomes one of the engine's, or is refused.
Verdict dag_holds(std::string_view input) {
  const auto value = json::parse(input);
  if (!value) return Verdict::refused;
  const auto file = wire::parse_dag_file(*value);
  if (!file || file->dags.empty()) return Verdict::refused;
  for (const auto& spec : file->dags) {
    if (!conductor::dag_from_spec(spec)) return Verdict::refused;
  }
  return verdict(wire::parse_dag_file(wire::to_json(*file)).has_value());
}

Verdict judge_oip(std::string_view body, std::optional<std::size_t> json_bytes) {
  constexpr infer::OipLimits kLimits{.tensors_max = 4, .tensor_bytes_max = 1U << 16};
  const auto request = infer::parse_oip_request(body, json_bytes, kLimits);
  if (!request) return Verdict::refused;
  return verdict(request->inputs.size() <= kLimits.tensors_max);
}

Verdict oip_holds(std::string_view input) { return judge_oip(input, std::nullopt); }

/// The first byte says how many of the others are JSON.
Verdict oip_binary_holds(std::string_view input) {
  if (input.empty()) return Verdict::refused;
  return judge_oip(input.substr(1), static_cast<unsigned char>(input[0]));
}

Verdict onnx_holds(std::string_view input) {
  const auto graph = graph::read_onnx(bytes_of(input), {.bytes_max = 1U << 20, .nodes_max = 1000});
  if (!graph) return Verdict::refused;
  return verdict(graph::read_onnx(graph::write_onnx(*graph)).has_value());
}

Verdict tflite_holds(std::string_view input) {
  return graph::read_tflite(bytes_of(input)) ? Verdict::accepted : Verdict::refused;
}

Verdict query_holds(std::string_view input) {
  const auto decoded = net::percent_decode(input);
  if (decoded && !net::is_valid_utf8(*decoded)) return Verdict::broken;
  return net::parse_query(input) ? Verdict::accepted : Verdict::refused;
}

Verdict manifest_holds(std::string_view input) {
  const auto manifest = runtime::parse_manifest(input);
  if (!manifest) return Verdict::refused;
  const auto again = runtime::parse_manifest(runtime::canonical_text(*manifest));
  return verdict(again && *again == *manifest);
}

Verdict rules_hold(std::string_view input) {
  const auto rules = watch::parse_rules_file(input);
  return rules && watch::to_rules(*rules) ? Verdict::accepted : Verdict::refused;
}

Verdict meta_holds(std::string_view input) {
  const auto value = json::parse(input);
  return value && infer::parse_model_meta(*value) ? Verdict::accepted : Verdict::refused;
}

/// Whatever it holds, no path of it leaves the directory that is made of it.
Verdict tree_holds(std::string_view input) {
  const auto tree = blobs::parse_tree(input);
  if (!tree) return Verdict::refused;
  for (const auto& entry : tree->entries) {
    if (!os::join_inside("/root", entry.path)) return Verdict::broken;
  }
  return verdict(blobs::write_tree(*tree) == input);
}

std::string tree_seed() {
  return blobs::write_tree({{{.path = "a/b.txt", .sha256 = std::string(64, 'a'), .size = 3},
                             {.path = "a/run", .sha256 = std::string(64, 'b'), .executable = true},
                             {.path = "empty", .sha256 = {}}}});
}

/// Conv-like net with a weight, so that mutations meet tensors, attributes and shapes.
std::string onnx_seed() {
  graph::Graph graph;
  graph.inputs = {{.name = "x", .has_shape = true, .dims = {1, 4}}};
  graph.outputs = {{.name = "z", .has_shape = true, .dims = {1, 4}}};
  graph.nodes = {{.name = "a",
                  .op = "Relu",
                  .domain = "",
                  .inputs = {"x"},
                  .outputs = {"y"},
                  .attributes = {}},
                 {.name = "b",
                  .op = "Softmax",
                  .domain = "",
                  .inputs = {"y"},
                  .outputs = {"z"},
                  .attributes = {{"axis", std::int64_t{1}}}}};
  const auto bytes = graph::write_onnx(graph);
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::string finished_seed() {
  wire::Finished finished;
  finished.attempt = {.key = {.dag_id = "d", .run_id = "r", .task_id = "t", .map_index = -1},
                      .try_number = 1,
                      .epoch = 2};
  finished.xcoms = {{.key = "return_value", .value = json::object({{"a", 1.5}})}};
  return json::write(wire::to_json(finished));
}

std::string hello_seed() {
  wire::Hello hello;
  hello.worker_id = "w";
  hello.running = {{.key = {.dag_id = "d", .run_id = "r", .task_id = "t", .map_index = 3},
                    .try_number = 1,
                    .epoch = 2}};
  return json::write(wire::to_json(hello));
}

}  // namespace

std::vector<Target> all_targets() {
  return {
      {"json", {"[]"}, json_holds},
      {"cron",
       {"*/15 0-6,22 1,15 * MON-FRI", "@daily", "0 0 29 2 *", "5 4 * JAN-MAR 7"},
       cron_holds},
      {"docker_log",
       {{"\x01\0\0\0\0\0\0\x02hi\x02\0\0\0\0\0\0\x24"
         "2026-11-28T17:24:18.123456789Z hello\x01\0\0\0\0\0\0\0",
         62}},
       docker_log_holds},
      {"frames",
       {os::encode_frame("hello") + os::encode_frame(std::string(300, 'x'))},
       frames_hold},
      {"dag_file", {}, dag_holds},
      {"finished", {finished_seed()}, message_holds<wire::parse_finished>},
      {"hello", {hello_seed()}, message_holds<wire::parse_hello>},
      {"oip", {}, oip_holds},
      {"oip_binary", {}, oip_binary_holds},
      {"onnx", {onnx_seed()}, onnx_holds},
      {"tflite", {app::TfliteWriter::convolution({1, 2, 3, 4, 5, 6}, {0, 1, 2})}, tflite_holds},
      {"query", {"a=1&b=x%20y&c=%ED%95%9C+z", "limit=50&order_by=-start_date"}, query_holds},
      {"pack_manifest", {}, manifest_holds},
      {"rules", {}, rules_hold},
      {"model_meta", {}, meta_holds},
      {"trigger",
       {R"({"kind":"file","pattern":"/a/*.csv","poll_ms":5000})",
        R"({"kind":"http","url":"https://h/a?b=c","headers":{"x":"y"},"json_pointer":"/a"})",
        R"({"kind":"external_task","dag_id":"d","run_ids":["r"],"task_ids":["a"]})",
        R"({"kind":"mqtt","host":"h","port":1883,"topics":["a/+"],"qos":2})"},
       trigger_holds},
      {"connection",
       {"https://u:p%40@h:1/base?x=y", "redis://:s@[::1]:6379/1",
        R"({"conn_type":"http","host":"https://h:1/b","port":2,"schema":"s"})"},
       connection_holds},
      {"redis_replies",
       {"*1\r\n*2\r\n$1\r\ns\r\n*1\r\n*2\r\n$3\r\n1-2\r\n*2\r\n$1\r\na\r\n$1\r\nb\r\n",
        "*3\r\n$3\r\n0-0\r\n*2\r\n*-1\r\n*2\r\n$3\r\n1-2\r\n*0\r\n*0\r\n",
        "+PONG\r\n-OOM no\r\n:5\r\n$-1\r\n*-1\r\n"},
       redis_replies_hold},
      {"redis_address", {"redis://u:p%40@[::1]:6379/3", "redis://h"}, redis_address_holds},
      {"claim",
       {R"({"lane":"default","entries":[{"entry":"1-2","attempt":{"key":{"dag_id":"d",)"
        R"("run_id":"r","task_id":"t","map_index":-1},"try_number":1,"epoch":2}}]})"},
       message_holds<wire::parse_claim>},
      {"artifact_tree", {tree_seed()}, tree_holds},
      {"id_token", {kIdTokens.begin(), kIdTokens.end()}, id_token_holds},
      {"key_set", {std::string(kProviderKeys)}, key_set_holds},
      {"id_token_claims",
       {R"({"iss":"https://id.local","sub":"7","aud":["aiflow","b"],"azp":"aiflow",)"
        R"("exp":1800000300,"iat":1800000000,"nbf":1,"nonce":"n-1",)"
        R"("preferred_username":"ann","a":{"groups":["g"]}})"},
       claims_hold},
      {"watch_line",
       {watch_line_seed(), R"({"type":"ERROR","object":{"code":410,"reason":"Expired"}})",
        R"({"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"9"}}})"},
       watch_line_holds},
      {"yaml",
       {"current-context: a\ncontexts: [{name: a, context: {cluster: b}}]\n"
        "clusters:\n- name: b\n  cluster: &x {server: \"https://h\"}\nmore: *x\n"},
       yaml_holds},
  };
}

}  // namespace aiflow::fuzz
