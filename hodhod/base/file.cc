// SPDX-License-Identifier: Apache-2.0
#include "hodhod/base/file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <utility>

#include "hodhod/base/error.h"
#include "hodhod/base/failpoint.h"

namespace hodhod {
namespace {

namespace fs = std::filesystem;

// A regular file, open for reading, closed by the destructor. (O_NONBLOCK: opening a pipe without a writer
// would wait.)
class Descriptor {
 public:
  explicit Descriptor(const std::string& path)
      : Descriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {
    if (value_ < 0) fail_with_reason("open", path, errno);
    if (::fstat(value_, &status_) != 0) fail_with_reason("examine", path, errno);
    check(!S_ISDIR(status_.st_mode), "{}: is a directory; a file is needed here", path);
    check(S_ISREG(status_.st_mode), "{}: is a pipe or a device; copy its contents to a file first", path);
  }
  ~Descriptor() {
    if (value_ >= 0) ::close(value_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return value_; }
  uint64_t size() const { return static_cast<uint64_t>(status_.st_size); }

 private:
  explicit Descriptor(int value) : value_(value) {}  // whole from here on: what fails later closes it

  int value_;
  struct stat status_ = {};
};

constexpr std::string_view kTemporary = ".tmp-";

// A name beside `path` that no other running writer uses.
std::string temporary_name(const std::string& path) {
  static std::atomic<unsigned> counter{0};
  return fmt::format("{}{}{}-{}", path, kTemporary, ::getpid(), counter++);
}

// The process of a temporary name; 0 if it is not such a name.
pid_t writer_of(std::string_view name) {
  const size_t mark = name.rfind(kTemporary);
  if (mark == std::string_view::npos || mark == 0) return 0;
  const char *p = name.data() + mark + kTemporary.size(), *end = name.data() + name.size();
  pid_t process = 0;
  unsigned count = 0;
  const auto [dash, problem] = std::from_chars(p, end, process);
  if (problem != std::errc() || dash == end || *dash != '-') return 0;
  const auto [last, wrong] = std::from_chars(dash + 1, end, count);
  return wrong == std::errc() && last == end && process > 0 ? process : 0;
}

}  // namespace

std::string read_file(const std::string& path, uint64_t max_bytes) {
  const Descriptor descriptor(path);
  check(descriptor.size() <= max_bytes, "{}: {} bytes are more than the {} expected here", path,
        descriptor.size(), max_bytes);
  constexpr size_t kPiece = 1 << 16;
  std::string bytes;
  bytes.reserve(descriptor.size() + kPiece);
  // Reads to the end, whatever the size: files of /proc have none, and a file may grow.
  size_t used = 0;
  for (;;) {
    bytes.resize(std::max(bytes.capacity(), used + kPiece));
    const ssize_t got = ::read(descriptor.get(), bytes.data() + used, bytes.size() - used);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) fail_with_reason("read", path, errno);
    if (got == 0) break;
    used += static_cast<size_t>(got);
    check(used <= max_bytes, "{}: more than the {} bytes expected here", path, max_bytes);
  }
  bytes.resize(used);
  return bytes;
}

MappedFile::MappedFile(const std::string& path) : path_(path) {
  const Descriptor descriptor(path);
  size_ = descriptor.size();
  if (size_ == 0) return;
  void* address = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, descriptor.get(), 0);
  if (address == MAP_FAILED) fail_with_reason("map", path, errno);
  data_ = static_cast<const std::byte*>(address);
}

MappedFile::~MappedFile() {
  if (data_ != nullptr) ::munmap(const_cast<std::byte*>(data_), size_);
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : path_(std::move(other.path_)),
      data_(std::exchange(other.data_, nullptr)),
      size_(std::exchange(other.size_, 0)) {}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  return *this;
}

FileWriter::FileWriter(const std::string& path, const FileSystem& system, const std::string& shown)
    : path_(shown.empty() ? path : shown), system_(system), descriptor_(-1) {
  descriptor_ = system_.open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0666);
  if (descriptor_ >= 0) return;
  const int reason = errno;
  const std::string directory = parent_path(path_);
  check(reason != ENOENT || is_directory(directory),
        "{}: cannot be written: there is no directory {}; make it, or give another path", path_, directory);
  fail_with_reason("create", path_, reason);
}

FileWriter::~FileWriter() {
  if (descriptor_ >= 0) system_.close(descriptor_);
}

void FileWriter::write(const void* bytes, size_t count) {
  const char* p = static_cast<const char*>(bytes);
  while (count > 0) {
    // Linux moves at most 2 GiB a call; smaller pieces also let a signal through.
    const ssize_t written = system_.write(descriptor_, p, std::min<size_t>(count, size_t{1} << 28));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail_with_reason("write", path_, errno);
    check(written != 0, "{}: cannot write: the system took no bytes", path_);
    p += written;
    count -= static_cast<size_t>(written);
    size_ += static_cast<size_t>(written);
  }
}

void FileWriter::finish() {
  // EINVAL: a pipe or a device has nothing to sync.
  if (system_.fsync(descriptor_) != 0 && errno != EINVAL) fail_with_reason("sync", path_, errno);
  if (system_.close(std::exchange(descriptor_, -1)) != 0) fail_with_reason("close", path_, errno);
}

AtomicFileWriter::AtomicFileWriter(const std::string& path, const FileSystem& system)
    : system_(system), target_(path) {
  std::error_code problem;
  if (fs::is_symlink(path, problem)) {
    const fs::path resolved = fs::weakly_canonical(path, problem);
    if (!problem) target_ = resolved.string();
  }
  struct stat status;
  if (::stat(target_.c_str(), &status) != 0 || S_ISREG(status.st_mode)) temporary_ = temporary_name(target_);
  check(!temporary_.empty() || !S_ISDIR(status.st_mode), "{}: is a directory; give a file name", path);
  writer_.emplace(temporary_.empty() ? target_ : temporary_, system, path);
  failpoint("file.begun");
}

AtomicFileWriter::~AtomicFileWriter() {
  writer_.reset();
  if (!temporary_.empty()) system_.unlink(temporary_.c_str());
}

void AtomicFileWriter::commit() {
  writer_->finish();
  if (temporary_.empty()) return;
  failpoint("file.written");
  if (system_.rename(temporary_.c_str(), target_.c_str()) != 0) fail_with_reason("replace", target_, errno);
  temporary_.clear();
  failpoint("file.replaced");
  sync_directory(parent_path(target_), system_);
}

void write_file_atomically(const std::string& path, std::string_view bytes, const FileSystem& system) {
  AtomicFileWriter writer(path, system);
  writer.write(bytes.data(), bytes.size());
  writer.commit();
}

void remove_leftovers(const std::string& directory) {
  for (const std::string& name : list_directory(directory)) {
    const pid_t process = writer_of(name);
    if (process == 0) continue;
    const bool runs = process != ::getpid() && (::kill(process, 0) == 0 || errno == EPERM);
    if (!runs) remove_tree(join_path(directory, name));
  }
}

void sync_directory(const std::string& path, const FileSystem& system) {
  const int descriptor = system.open(path.c_str(), O_RDONLY | O_DIRECTORY, 0);
  if (descriptor < 0) fail_with_reason("open directory", path, errno);
  const int result = system.fsync(descriptor);
  const int reason = errno;
  const int closed = system.close(descriptor);
  // EINVAL: some network file systems have no sync for directories.
  if (result != 0 && reason != EINVAL) fail_with_reason("sync directory", path, reason);
  if (closed != 0) fail_with_reason("close directory", path, errno);
}

void rename_file(const std::string& from, const std::string& to, const FileSystem& system) {
  if (system.rename(from.c_str(), to.c_str()) != 0) fail_with_reason("replace", to, errno);
  sync_directory(parent_path(to), system);
}

bool file_exists(const std::string& path) {
  struct stat status;
  return ::stat(path.c_str(), &status) == 0;
}

bool is_directory(const std::string& path) {
  struct stat status;
  return ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

uint64_t file_size(const std::string& path) {
  struct stat status;
  if (::stat(path.c_str(), &status) != 0) fail_with_reason("examine", path, errno);
  return static_cast<uint64_t>(status.st_size);
}

std::vector<std::string> list_directory(const std::string& path) {
  std::error_code error;
  std::vector<std::string> names;
  for (fs::directory_iterator it(path, error), end; !error && it != end; it.increment(error)) {
    names.push_back(it->path().filename().string());
  }
  check(!error, "{}: cannot list: {}", path, error.message());
  std::sort(names.begin(), names.end());
  return names;
}

void make_directories(const std::string& path, const FileSystem& system) {
  if (path.empty() || is_directory(path)) return;
  make_directories(parent_path(path), system);
  if (system.mkdir(path.c_str(), 0777) != 0 && errno != EEXIST)
    fail_with_reason("make directory", path, errno);
  check(is_directory(path), "{}: cannot create the directory: there is a file of that name", path);
}

void remove_tree(const std::string& path, const FileSystem& system) {
  struct stat status;
  if (::lstat(path.c_str(), &status) != 0) {
    if (errno == ENOENT) return;
    fail_with_reason("examine", path, errno);
  }
  if (S_ISDIR(status.st_mode)) {
    for (const std::string& name : list_directory(path)) remove_tree(join_path(path, name), system);
    if (system.rmdir(path.c_str()) != 0) fail_with_reason("remove directory", path, errno);
  } else if (system.unlink(path.c_str()) != 0) {
    fail_with_reason("remove", path, errno);
  }
}

std::string join_path(std::string_view directory, std::string_view name) {
  if (directory.empty()) return std::string(name);
  std::string path(directory);
  if (path.back() != '/') path += '/';
  return path.append(name);
}

std::string parent_path(const std::string& path) {
  fs::path p(path);
  if (!p.has_filename()) p = p.parent_path();  // "a/b/" lies in "a"
  const std::string parent = p.parent_path().string();
  return parent.empty() ? "." : parent;
}

TemporaryDirectory::TemporaryDirectory() {
  const char* base = std::getenv("TMPDIR");
  path_ = join_path(base != nullptr && *base != '\0' ? base : "/tmp", "hodhod-XXXXXX");
  if (::mkdtemp(path_.data()) == nullptr) fail_with_reason("make a temporary directory", path_, errno);
}

std::string TemporaryDirectory::put(std::string_view name, std::string_view bytes) const {
  std::string path = join_path(path_, name);
  FileWriter(path).write(bytes);
  return path;
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

}  // namespace hodhod
