// SPDX-License-Identifier: Apache-2.0
// Whole files: read, map, and write so that a reader never sees half of one.
//
// Every failing system call is an Error that gives the path and the system's reason.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hodhod/base/file_system.h"

namespace hodhod {

// The bytes of a file, not decompressed. An Error if it is not a regular file, or has more than `max_bytes`.
std::string read_file(const std::string& path, uint64_t max_bytes = uint64_t{1} << 40);

// A file mapped read-only. The bytes stay valid for as long as the object lives; an empty file has none.
class MappedFile {
 public:
  explicit MappedFile(const std::string& path);
  ~MappedFile();
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  std::span<const std::byte> bytes() const { return {data_, size_}; }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
  const std::byte* data_ = nullptr;
  size_t size_ = 0;
};

// A file that is created (or emptied) and written piece by piece. Nothing is buffered, so write large pieces.
// `finish` makes the bytes durable; without it the destructor only closes the file.
class FileWriter {
 public:
  // Errors name `shown` rather than the path, unless it is empty.
  explicit FileWriter(const std::string& path, const FileSystem& system = real_file_system(),
                      const std::string& shown = {});
  ~FileWriter();
  FileWriter(const FileWriter&) = delete;
  FileWriter& operator=(const FileWriter&) = delete;

  void write(const void* bytes, size_t count);
  void write(std::string_view bytes) { write(bytes.data(), bytes.size()); }
  void write(std::span<const std::byte> bytes) { write(bytes.data(), bytes.size()); }
  // fsync and close.
  void finish();
  uint64_t size() const { return size_; }

 private:
  std::string path_;  // as errors name it
  const FileSystem& system_;
  int descriptor_;
  uint64_t size_ = 0;
};

// A FileWriter that replaces the file at `path` when `commit` is called, and until then leaves it as it is:
// the bytes go to a temporary file beside it, which is made durable and renamed, and then the directory is
// made durable. If it is destroyed before that, or anything fails, the old file stays and the temporary one
// is removed. Symbolic links are followed. Anything but a regular file (a pipe, /dev/null) is written
// directly.
class AtomicFileWriter {
 public:
  explicit AtomicFileWriter(const std::string& path, const FileSystem& system = real_file_system());
  ~AtomicFileWriter();
  AtomicFileWriter(const AtomicFileWriter&) = delete;
  AtomicFileWriter& operator=(const AtomicFileWriter&) = delete;

  void write(const void* bytes, size_t count) { writer_->write(bytes, count); }
  void commit();

 private:
  const FileSystem& system_;
  std::string target_;
  std::string temporary_;  // empty when written in place, or committed
  std::optional<FileWriter> writer_;
};

// Replaces or creates the file at `path` with an AtomicFileWriter.
void write_file_atomically(const std::string& path, std::string_view bytes,
                           const FileSystem& system = real_file_system());

// The places inside an atomic write at which HODHOD_KILL_AT can kill the process (see failpoint.h).
constexpr std::array<std::string_view, 3> kFileFailpoints = {
    "file.begun",     // the temporary file is there, and empty
    "file.written",   // it has all bytes and is durable
    "file.replaced",  // it has replaced the old file
};

// Removes temporary files that killed writers left in a directory. Those of running processes stay.
void remove_leftovers(const std::string& directory);

// Makes a rename or a new file inside the directory durable.
void sync_directory(const std::string& path, const FileSystem& system = real_file_system());

// Renames a file or directory within its file system, durably. An existing file of that name is replaced.
void rename_file(const std::string& from, const std::string& to,
                 const FileSystem& system = real_file_system());

bool file_exists(const std::string& path);
bool is_directory(const std::string& path);
uint64_t file_size(const std::string& path);
// The names (not paths) of a directory's entries, sorted.
std::vector<std::string> list_directory(const std::string& path);
// Creates the directory and its parents; no error if it exists.
void make_directories(const std::string& path, const FileSystem& system = real_file_system());
// Removes the file or directory with its contents; no error if there is none. Links are not followed.
void remove_tree(const std::string& path, const FileSystem& system = real_file_system());
// "DIR/NAME", or NAME alone when DIR is empty.
std::string join_path(std::string_view directory, std::string_view name);
// The directory part of a path; "." if there is none.
std::string parent_path(const std::string& path);

// A new directory inside the system's temporary one; the destructor removes it.
class TemporaryDirectory {
 public:
  TemporaryDirectory();
  ~TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  const std::string& path() const { return path_; }
  std::string operator/(std::string_view name) const { return join_path(path_, name); }
  // Writes a file into it, neither atomically nor durably, and returns its path.
  std::string put(std::string_view name, std::string_view bytes) const;

 private:
  std::string path_;
};

}  // namespace hodhod
