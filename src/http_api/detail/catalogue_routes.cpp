// SPDX-License-Identifier: Apache-2.0
// Blobs, models, reports, packs.
#include "http_api/detail/call.h"
#include "http_api/detail/front/whole_list.h"

namespace aiflow::http_api::detail {
namespace {

Result<net::Response> put_blob(Call& call) {
  if (call.request.body_file.empty()) {
    return fail(ErrorCode::invalid_argument, "the body is empty: send the blob's bytes");
  }
  AIFLOW_ASSIGN(const auto blob, call.parts.catalogue.put_blob(call.request.body_file));
  call.about("blob", blob.sha256);
  return one(blob);
}

Result<net::Response> get_blob(Call& call) {
  net::Response response;
  AIFLOW_ASSIGN(response.body_file, call.parts.catalogue.blob_file(call.param("sha256")));
  // Content that users put in must never run as a page of ours.
  response.content_type = "application/octet-stream";
  response.headers.emplace_back("Content-Disposition", "attachment");
  response.headers.emplace_back("Cache-Control", "private, max-age=31536000, immutable");
  return response;
}

/// Without the variants that were made in projects that are not to be shown.
void cut_variants(wire::Model& model, const store::VisibleDags& visible) {
  if (visible.sees_all()) return;
  for (auto& version : model.versions) {
    std::erase_if(version.variants, [&](const wire::ModelVariant& variant) {
      return !visible.sees(variant.lineage.dag_id);
    });
  }
  std::erase_if(model.versions, [](const auto& version) { return version.variants.empty(); });
}

Result<net::Response> list_models(Call& call) {
  AIFLOW_ASSIGN(auto models, call.parts.catalogue.models());
  AIFLOW_ASSIGN(const auto visible, call.visible_dags());
  for (auto& model : models) cut_variants(model, visible);
  if (!visible.sees_all()) {
    std::erase_if(models, [](const wire::Model& model) { return model.versions.empty(); });
  }
  return page_of(call, models);
}

Result<net::Response> get_model(Call& call) {
  AIFLOW_ASSIGN(auto model, call.parts.catalogue.model(call.param("model")));
  AIFLOW_ASSIGN(const auto visible, call.visible_dags());
  cut_variants(model, visible);
  return one(model);
}

Result<net::Response> create_variant(Call& call) {
  return with_body(call, wire::parse_variant_create,
                   [&](const wire::VariantCreate& request) -> Result<net::Response> {
                     call.about("model", request.model);
                     AIFLOW_ASSIGN(const auto made, call.parts.catalogue.create_variant(
                                                        request, call.who.lineage()));
                     return one(made);
                   });
}

Result<net::Response> get_variant(Call& call) {
  AIFLOW_ASSIGN(const auto id, call.param_int("variant_id"));
  AIFLOW_ASSIGN(const auto variant, call.parts.catalogue.variant(id));
  return one(variant);
}

Result<net::Response> create_report(Call& call) {
  return with_body(call, wire::parse_report_create,
                   [&](const wire::ReportCreate& request) -> Result<net::Response> {
                     call.about("model", request.model);
                     AIFLOW_ASSIGN(const auto made,
                                   call.parts.catalogue.create_report(request, call.who.lineage()));
                     return one(made);
                   });
}

Result<net::Response> list_reports(Call& call) {
  AIFLOW_ASSIGN(const auto query, wire::parse_report_filter(call.query));
  AIFLOW_ASSIGN(auto reports, call.parts.catalogue.reports(query.model));
  AIFLOW_TRY(keep_visible(call, reports));
  return page_after(reports, query, {},
                    [](const wire::Report& one) { return Cursor{{-one.report_id}}; });
}

Result<net::Response> get_report(Call& call) {
  AIFLOW_ASSIGN(const auto id, call.param_int("report_id"));
  AIFLOW_ASSIGN(const auto report, call.parts.catalogue.report(id));
  return one(report);
}

Result<net::Response> list_packs(Call& call) {
  AIFLOW_ASSIGN(const auto packs, call.parts.catalogue.packs());
  return page_of(call, packs);
}

Result<net::Response> get_pack(Call& call) {
  AIFLOW_ASSIGN(const auto pack, call.parts.catalogue.pack(call.param("digest")));
  return one(pack);
}

Result<net::Response> get_pack_file(Call& call) {
  AIFLOW_ASSIGN(const auto part, wire::parse_pack_file_part(call.query));
  net::Response response;
  AIFLOW_ASSIGN(response.body,
                call.parts.catalogue.pack_piece(
                    {.pack = call.param("digest"), .path = part.path, .offset = part.offset}));
  // As blobs: never a page of ours.
  response.content_type = "application/octet-stream";
  response.headers.emplace_back("Content-Disposition", "attachment");
  return response;
}

Result<net::Response> create_pack(Call& call) {
  return with_body(call, wire::parse_pack_create,
                   [&](const wire::PackCreate& request) -> Result<net::Response> {
                     call.about("pack", request.digest);
                     AIFLOW_ASSIGN(const auto made,
                                   call.parts.catalogue.create_pack(request, call.who.lineage()));
                     return one(made);
                   });
}

}  // namespace

void add_catalogue_routes(Table& table) {
  using wire::Route;
  at(table, Route::put_blob) = put_blob;
  at(table, Route::get_blob) = get_blob;
  at(table, Route::list_models) = list_models;
  at(table, Route::get_model) = get_model;
  at(table, Route::create_variant) = create_variant;
  at(table, Route::get_variant) = get_variant;
  at(table, Route::create_report) = create_report;
  at(table, Route::list_reports) = list_reports;
  at(table, Route::get_report) = get_report;
  at(table, Route::list_packs) = list_packs;
  at(table, Route::get_pack) = get_pack;
  at(table, Route::get_pack_file) = get_pack_file;
  at(table, Route::create_pack) = create_pack;
}

}  // namespace aiflow::http_api::detail
