#include "datasets/FolderWalk.h"

#include "core/Error.h"
#include "core/io/MessageText.h"
#include "core/io/SystemError.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>
#include <string>
#include <system_error>

#include <sys/stat.h>

namespace normscope::datasets {
namespace {

namespace fs = std::filesystem;

constexpr int max_depth = 32;
constexpr std::int64_t entries_between_reports = 512;
constexpr std::array<std::string_view, 3> ignored_names{"Thumbs.db", "desktop.ini", "__MACOSX"};

bool is_ignored(const fs::path& path) {
    const std::string name = path.filename().native();
    return name.starts_with('.') || std::find(ignored_names.begin(), ignored_names.end(), name) != ignored_names.end();
}

/// stat (or lstat) of a path; errno's value if it fails.
struct Status {
    struct stat data {};
    int error = 0;
};

Status status_of(const fs::path& path, bool follow) {
    Status status;
    const int result = follow ? ::stat(path.c_str(), &status.data) : ::lstat(path.c_str(), &status.data);
    if (result != 0) status.error = errno;
    return status;
}

}  // namespace

FolderWalk::FolderWalk(const fs::path& root, const LoadOptions& options, LoadReport& report)
    : m_root(root), m_options(options), m_report(report) {
    const std::string name = io::in_quotes(root.native());
    const Status status = status_of(root, true);
    if (status.error != 0)
        throw InputError("Could not open the folder " + name + ": " + io::reason_of(status.error) + '.');
    if (!S_ISDIR(status.data.st_mode)) {
        throw InputError(name + " is " + std::string(io::file_type_name(status.data.st_mode)) + ", not a folder.");
    }
    std::error_code error;
    m_real_root = fs::canonical(root, error);
    if (error) throw InputError("Could not open the folder " + name + ": " + io::reason_of(error.value()) + '.');
}

FolderContents FolderWalk::contents(const fs::path& folder) {
    FolderContents contents;
    std::error_code error;
    fs::directory_iterator entry(folder, error);
    for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
        if (m_entries % entries_between_reports == 0) {
            report_progress(m_options, {"looking for files", m_entries, 0});
        }
        if (++m_entries > max_files) {
            throw InputError(io::in_quotes(m_root.native()) + " holds more than " + std::to_string(max_files) +
                             " files, the most that are looked at.");
        }
        if (!is_ignored(entry->path())) sort_entry(entry->path(), contents);
    }
    if (error) skip(folder, "the folder cannot be read: " + io::reason_of(error.value()));
    std::sort(contents.folders.begin(), contents.folders.end());
    std::sort(contents.files.begin(), contents.files.end());
    return contents;
}

void FolderWalk::sort_entry(const fs::path& path, FolderContents& contents) {
    Status status = status_of(path, false);
    if (status.error == 0 && S_ISLNK(status.data.st_mode)) {
        status = status_of(path, true);
        if (status.error == ENOENT) return skip(path, "it is a symbolic link that leads nowhere");
        if (status.error == 0 && !may_follow(path)) return;
    }
    if (status.error != 0) return skip(path, io::reason_of(status.error));
    if (S_ISDIR(status.data.st_mode)) {
        contents.folders.push_back(path);
    } else if (S_ISREG(status.data.st_mode)) {
        contents.files.push_back(path);
    } else {
        skip(path, "it is " + std::string(io::file_type_name(status.data.st_mode)) + ", not a regular file");
    }
}

bool FolderWalk::may_follow(const fs::path& link) {
    if (!is_inside(link)) {
        skip(link, "it is a symbolic link that leaves the folder");
        return false;
    }
    const Status target = status_of(link, true);
    if (target.error != 0 || !S_ISDIR(target.data.st_mode)) return true;
    const Identity identity{target.data.st_dev, target.data.st_ino};
    const bool above = std::find(m_entered.begin(), m_entered.end(), identity) != m_entered.end();
    if (above || !m_followed.insert(identity).second) {
        skip(link, above ? "it is a symbolic link to a folder that it is in itself"
                         : "it is a second symbolic link to the same folder");
        return false;
    }
    return true;
}

bool FolderWalk::is_inside(const fs::path& path) const {
    std::error_code error;
    const fs::path real = fs::canonical(path, error);
    if (error) return false;
    const auto [end, rest] = std::mismatch(m_real_root.begin(), m_real_root.end(), real.begin(), real.end());
    return end == m_real_root.end();
}

std::vector<fs::path> FolderWalk::all_files(const fs::path& folder) {
    std::vector<fs::path> files;
    const Status root = status_of(m_root, true);
    if (root.error == 0) m_entered.push_back({root.data.st_dev, root.data.st_ino});
    collect(folder, 0, files);
    m_entered.clear();
    return files;
}

void FolderWalk::collect(const fs::path& folder, int depth, std::vector<fs::path>& files) {
    if (depth > max_depth) return skip(folder, "it is nested too deeply");
    const Status status = status_of(folder, true);
    if (status.error != 0) return skip(folder, io::reason_of(status.error));
    m_entered.push_back({status.data.st_dev, status.data.st_ino});
    const FolderContents found = contents(folder);
    files.insert(files.end(), found.files.begin(), found.files.end());
    for (const auto& inner : found.folders) collect(inner, depth + 1, files);
    m_entered.pop_back();
}

void FolderWalk::skip(const fs::path& path, std::string reason) {
    m_report.skipped.push_back({path, std::move(reason)});
}

}  // namespace normscope::datasets
