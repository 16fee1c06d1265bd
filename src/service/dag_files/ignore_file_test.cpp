// SPDX-License-Identifier: Apache-2.0
#include "service/dag_files/ignore_file.h"

#include <doctest/doctest.h>

namespace aiflow::service {
namespace {

/// A path below a folder `team` that holds the ignore file; a `/` at the end: a folder.
bool ignored(std::string_view patterns, std::string path) {
  const bool is_folder = path.ends_with('/');
  if (is_folder) path.pop_back();
  return IgnoreFile(patterns).ignores(
      {.from_root = "team/" + path, .from_folder = path, .is_folder = is_folder}, false);
}

TEST_CASE("a glob without a slash fits names in all folders below") {
  CHECK(ignored("etl_*.py", "etl_a.py"));
  CHECK(ignored("etl_*.py", "deep/er/etl_a.py"));
  CHECK(!ignored("etl_*.py", "my_etl_a.py"));
  CHECK(ignored("tests", "a/tests/"));
  CHECK(ignored("?[a-c][!x].py", "zby.py"));
  CHECK(!ignored("?[a-c][!x].py", "zbx.py"));
  CHECK(ignored("\\*.py", "*.py"));
  CHECK(!ignored("\\*.py", "a.py"));
  CHECK(ignored("[]x].py", "].py"));
  CHECK(ignored("[x.py", "[x.py"));
}

TEST_CASE("a glob with a slash fits paths from its folder on") {
  CHECK(ignored("/a.py", "a.py"));
  CHECK(!ignored("/a.py", "b/a.py"));
  CHECK(ignored("b/*.py", "b/a.py"));
  CHECK(!ignored("b/*.py", "b/c/a.py"));
  CHECK(!ignored("b/*.py", "c/b/a.py"));
  CHECK(ignored("**/b/a.py", "c/d/b/a.py"));
  CHECK(ignored("**/b/a.py", "b/a.py"));
  CHECK(ignored("b/**/a.py", "b/a.py"));
  CHECK(ignored("b/**/a.py", "b/c/d/a.py"));
  CHECK(ignored("b/**", "b/c/a.py"));
  CHECK(!ignored("b/**", "b/"));
}

TEST_CASE("a slash at the end means folders, and later patterns win") {
  CHECK(ignored("old/", "old/"));
  CHECK(!ignored("old/", "old"));
  CHECK(ignored("b/old/", "b/old/"));
  CHECK(!ignored("*.py\n!keep.py", "keep.py"));
  CHECK(ignored("!keep.py\n*.py", "keep.py"));
  CHECK(!IgnoreFile("!keep.py").ignores({.from_root = "keep.py", .from_folder = "keep.py"}, true));
  CHECK(IgnoreFile("other").ignores({.from_root = "keep.py", .from_folder = "keep.py"}, true));
}

TEST_CASE("comments, blanks and what fits nothing") {
  CHECK(ignored("a.py   # the old one\r\n", "a.py"));
  CHECK(!ignored("# a.py\n\n   \n", "a.py"));
  CHECK(IgnoreFile("/\n").problems().size() == 1);
  CHECK(IgnoreFile(std::string(501, 'a')).problems().size() == 1);
}

TEST_CASE("regular expressions are searched for in the path from the DAG folder on") {
  const auto fits = [](const std::string& regexp, const std::string& path) {
    const std::string text = "# syntax: regexp\n" + regexp;
    CHECK(IgnoreFile(text).problems().empty());
    return ignored(text, path);
  };
  CHECK(fits("project_a", "project_a_dag_1.py"));
  CHECK(fits("tenant_[\\d]", "TESTING_tenant_7.py"));
  CHECK(!fits("tenant_[\\d]", "tenant_x.py"));
  CHECK(fits("^team/a\\.py$", "a.py"));
  CHECK(!fits("^team/a\\.py$", "aXpy"));
  CHECK(fits("(?:old|new)_\\d{1,2}\\w*?\\.py", "b/new_12x.py"));
  CHECK(fits("[]x]\\s[^]a]", "] b"));
}

TEST_CASE("regular expressions that might take for ever are left out") {
  for (const auto* regexp : {"(a)\\1", "a(?=b)", "(", "((a{9}){9})", "a{999}", "\\Z", "a\\"}) {
    CAPTURE(regexp);
    const IgnoreFile file(std::string("# syntax: regexp\n") + regexp);
    CHECK(file.problems().size() == 1);
    CHECK(!file.ignores({.from_root = "aa", .from_folder = "aa"}, false));
  }
  CHECK(!ignored("# syntax: regexp\n(a|aa)+$", std::string(3000, 'a') + "b"));
  CHECK(!ignored("*a*a*a*a*a*a*a*a*b", std::string(3000, 'a')));
  std::string deep;
  for (int i = 0; i < 500; ++i) deep += "a/";
  CHECK(!ignored("**/a/**/a/**/a/**/a/**/b", deep + "c"));
}

}  // namespace
}  // namespace aiflow::service
