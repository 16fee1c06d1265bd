// SPDX-License-Identifier: Apache-2.0
// Keys of a provider made for this alone, and a token that each has signed.
#pragma once

#include <array>
#include <string_view>

namespace aiflow::fuzz {

inline constexpr std::string_view kProviderKeys =
    "{\"keys\":[{\"kty\":\"RSA\",\"n\":\"wksjdaWLg_QqBbf7Kp0WulnNALqm36jmougTmj-7wjEnlXEhDNvNjo6Vh"
    "vi1Pe2DgyvPQgp6TvYvaug0BD-TW1kxPhYzdwGxB_CMjcQ3wFswqCD4WGVFi6d6IOzls14eRsb6qDPIeK8vo"
    "oERkUy9dz-oSc4xgI1jN8U0CXFDNtDC9An0kljDOQqDbganyLzm9_xn6kMjiWjnCk_iJHeH2QR0GP_crYys9"
    "XBWZg2BdSqPjW35WpDJKlOhgEDLOexkh4eSK8sZvUOdjxgqG9aedzK5w-pDn_4zONViO22MzqaIGg925bBFO"
    "v53L2YJs7NZMQGuMeisq6vLPdCSG94QKQ\",\"e\":\"AQAB\",\"kid\":\"rs256\",\"use\":\"sig\"},{"
    "\"kty\":\"EC\""
    ",\"x\":\"0z2y12Kc0qRbifPxL2rJfQs_jkGepPtV_PaBrF7PaOo\",\"y\":\"SPNbJEw2bnnH5Ng2_q0w7wSLdRfW"
    "s4gKLRq9ttgqXn0\",\"crv\":\"P-256\",\"kid\":\"es256\",\"use\":\"sig\"},{\"crv\":\"Ed25519\","
    "\"x\":\"f0UC"
    "C2kAKe33V-yKZWd-w0TgCT50BQPbcR6NyO5QCKc\",\"kty\":\"OKP\",\"kid\":\"eddsa\",\"use\":\"sig\"}]"
    "}";

inline constexpr std::array<std::string_view, 3> kIdTokens = {
    "eyJhbGciOiJSUzI1NiIsImtpZCI6InJzMjU2In0.eyJpc3MiOiJodHRwczovL2lkLmxvY2FsIiwic3ViIjoi"
    "NyIsImF1ZCI6ImFpZmxvdyIsImV4cCI6MTgwMDAwMDMwMCwiaWF0IjoxODAwMDAwMDAwLCJub25jZSI6Im4t"
    "MSIsInByZWZlcnJlZF91c2VybmFtZSI6ImFubiIsImdyb3VwcyI6WyJzdGFmZiJdfQ.tlR0DGQXqja_uWqPy"
    "R_AYdjfq2Fcg_Ht1dlUrghqF2KdHG4LIAaT1r51N1ESX1Vv0D0wYk9w_4vfTfMz_BwS5fuil76cK5uPxblJ9"
    "MTsdhTGUYw-Zzmy4tDmsGZpcCcQkZM0DMOPEqlFhq3she7t5BOEVHvq4Ntz44LqL4qjId4h_vEphnHaC_zZq"
    "0n4Qd7_-Kkf5GyS1wtFyQ5WVn694LFA_tprmBuAs8YfkqhQ3A444pqIiYgZryegnGRcNct-oGJ_agWJ_gt7D"
    "UXZZx-Y448iuLpRX7OEBbRFksvfs5veL7-IegBlNaQYp2LIiHUUlpvEw_REVeliDaUyUCfRLg",
    "eyJhbGciOiJFUzI1NiIsImtpZCI6ImVzMjU2In0.eyJpc3MiOiJodHRwczovL2lkLmxvY2FsIiwic3ViIjoi"
    "NyIsImF1ZCI6ImFpZmxvdyIsImV4cCI6MTgwMDAwMDMwMCwiaWF0IjoxODAwMDAwMDAwLCJub25jZSI6Im4t"
    "MSIsInByZWZlcnJlZF91c2VybmFtZSI6ImFubiIsImdyb3VwcyI6WyJzdGFmZiJdfQ.mIAjhXEqm7cn2KZKt"
    "x23BdPkHuBIfx6yPyA8X7s-oQr5KOawv2o2XWUM8AGmrYYGoIe9wdLNGbTpeoGHFPhtWQ",
    "eyJhbGciOiJFZERTQSIsImtpZCI6ImVkZHNhIn0.eyJpc3MiOiJodHRwczovL2lkLmxvY2FsIiwic3ViIjoi"
    "NyIsImF1ZCI6ImFpZmxvdyIsImV4cCI6MTgwMDAwMDMwMCwiaWF0IjoxODAwMDAwMDAwLCJub25jZSI6Im4t"
    "MSIsInByZWZlcnJlZF91c2VybmFtZSI6ImFubiIsImdyb3VwcyI6WyJzdGFmZiJdfQ.64OeGNHOhneQ6Pl2U"
    "C0oQq0jTbh692vPSYSrW24HuPf0QW-w2Nd1Y6fBMOiovVh9hsZgn9hS9yzkqIf0QTBfCA"};

}  // namespace aiflow::fuzz
