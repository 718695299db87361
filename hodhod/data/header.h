// SPDX-License-Identifier: Apache-2.0
// Does the first line of a table name its columns, and which of the names are for what?
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>

namespace hodhod {

// What a column is usually read for.
enum class ColumnUse { kText, kLabel };

// Whether these fields read like names of columns: each is different and short, begins with a letter, and two
// of them (or the only one) are, or have as a part, a usual name such as "text", "label", "sentence", "id".
// The first may be empty, as pandas writes it over the numbers of the rows.
bool reads_like_names(std::span<const std::string> fields);
// The same for a table with a word and its tag in each line: the first is a usual name of words ("word",
// "token"), the last one of tags ("tag", "pos", "ner", "label").
bool read_like_tagged_names(std::span<const std::string> fields);

// Where the first of the names stands that columns of this use usually have; nothing where none does.
std::optional<size_t> usual_column(std::span<const std::string> names, ColumnUse use);

}  // namespace hodhod
