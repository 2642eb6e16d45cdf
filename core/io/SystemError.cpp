#include "core/io/SystemError.h"

#include "core/Error.h"
#include "core/io/MessageText.h"

#include <cerrno>
#include <system_error>

#include <sys/stat.h>

namespace normscope::io {

std::string reason_of(int error_number) {
    switch (error_number) {
        case ENOSPC: return "the disk is full";
        case EDQUOT: return "the disk quota is used up";
        case EFBIG: return "the file would exceed the allowed file size";
        case EIO: return "the disk reports an input/output error";
        case EACCES:
        case EPERM: return "there is no permission for it";
        case EROFS: return "the file system is read-only";
        case ENOENT: return "there is no such file or folder";
        case ENOTDIR: return "a part of the path is not a folder";
        case EISDIR: return "it is a folder";
        case ENAMETOOLONG: return "the name is too long";
        case ELOOP: return "its symbolic links lead in a circle";
        case EMFILE:
        case ENFILE: return "too many files are open";
        default: return std::generic_category().message(error_number);
    }
}

void throw_system_error(std::string_view what, const std::filesystem::path& path, int error_number) {
    const std::string sentence =
        std::string(what) + ' ' + in_quotes(path.native()) + ": " + reason_of(error_number) + '.';
    switch (error_number) {
        case EACCES:
        case EPERM:
        case EROFS:
        case ENOENT:
        case ENOTDIR:
        case EISDIR:
        case ENAMETOOLONG:
        case ELOOP:
        case EINVAL: throw InputError(sentence);
        default: throw WorkError(sentence);
    }
}

std::string_view file_type_name(unsigned mode) {
    switch (mode & S_IFMT) {
        case S_IFREG: return "a regular file";
        case S_IFDIR: return "a folder";
        case S_IFIFO: return "a pipe (FIFO)";
        case S_IFSOCK: return "a socket";
        case S_IFCHR:
        case S_IFBLK: return "a device";
        default: return "no regular file";
    }
}

}  // namespace normscope::io
