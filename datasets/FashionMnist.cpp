#include "datasets/FashionMnist.h"

#include "core/Error.h"
#include "core/io/MessageText.h"
#include "datasets/IdxPair.h"

#include <cstdlib>
#include <system_error>

namespace normscope::datasets {
namespace {

constexpr auto folder_name = "fashion-mnist";
constexpr auto debian_folder = "/usr/share/datasets/fashion-mnist";
constexpr auto environment_name = "NORMSCOPE_DATASETS";

bool is_folder(const std::filesystem::path& path) {
    std::error_code error;
    return std::filesystem::is_directory(path, error);
}

DataSplit load(const std::filesystem::path& folder, const std::string& name) {
    const auto& classes = fashion_mnist_class_names();
    return {load_idx_pair(folder / "train-images-idx3-ubyte.gz", folder / "train-labels-idx1-ubyte.gz", name, classes),
            load_idx_pair(folder / "t10k-images-idx3-ubyte.gz", folder / "t10k-labels-idx1-ubyte.gz", name, classes)};
}

}  // namespace

const std::vector<std::string>& fashion_mnist_class_names() {
    static const std::vector<std::string> names{"T-shirt/top", "Trouser", "Pullover", "Dress", "Coat",
                                                "Sandal",      "Shirt",   "Sneaker",  "Bag",   "Ankle boot"};
    return names;
}

std::filesystem::path bundled_datasets_folder() {
    if (const char* folder = std::getenv(environment_name); folder && *folder) {
        if (is_folder(std::filesystem::path(folder) / folder_name)) return folder;
        throw InputError("The environment variable " + std::string(environment_name) + " names " +
                         io::in_quotes(folder) + ", which has no folder \"fashion-mnist\".");
    }
    std::error_code error;
    const auto program = std::filesystem::read_symlink("/proc/self/exe", error);
    const auto installed = program.parent_path().parent_path() / "share/normscope/datasets";
    if (!error && is_folder(installed / folder_name)) return installed;
    const std::filesystem::path source = NORMSCOPE_SOURCE_DATASETS;
    if (is_folder(source / folder_name)) return source;
    throw InputError("The bundled data sets are not found: neither " + io::in_quotes(installed.native()) + " nor " +
                     io::in_quotes(source.native()) + " has a folder \"fashion-mnist\". Set " + environment_name +
                     " to the folder that has it.");
}

DataSplit load_fashion_mnist_sample() {
    return load(bundled_datasets_folder() / folder_name, "Fashion-MNIST (sample)");
}

DataSplit load_fashion_mnist_full() {
    if (!is_folder(debian_folder)) {
        throw InputError(std::string("fashion-mnist-full needs the folder ") + debian_folder +
                         ", which is not there. It comes with the Debian package dataset-fashion-mnist "
                         "(apt install dataset-fashion-mnist).");
    }
    return load(debian_folder, "Fashion-MNIST");
}

}  // namespace normscope::datasets
