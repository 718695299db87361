// SPDX-License-Identifier: Apache-2.0
// The table of contents of a zip archive whose members are stored as they are, as PyTorch writes it
// (APPNOTE.TXT of PKWARE, with the 64-bit extensions).
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace hodhod {

struct ZipMember {
  std::string name;
  std::span<const std::byte> bytes;  // in the archive's memory
};

bool is_zip_archive(std::span<const std::byte> bytes);

// The members in the order of the table. Error, naming `path` and the byte, when the archive is damaged, or a
// member is compressed or encrypted.
std::vector<ZipMember> zip_members(std::span<const std::byte> bytes, const std::string& path);

}  // namespace hodhod
