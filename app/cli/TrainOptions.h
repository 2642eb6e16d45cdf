// What `normscope-cli train` was asked for.
#pragma once

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

namespace normscope::cli {

struct TrainOptions {
    std::filesystem::path recipe;
    std::filesystem::path out;
    std::filesystem::path init;  ///< empty: initial weights from the seed
    std::vector<std::string> settings;
    std::int64_t steps = 0;   ///< 0: the planned epochs decide
    std::int64_t epochs = 0;  ///< 0: the recipe's
    int threads = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
    double save_every = 10;        ///< seconds between resume files
    std::int64_t cache_mib = 512;  ///< for decoded pictures of a folder; the others are read again each time
    bool resume = false;
    bool overwrite = false;
    bool json = false;
};

}  // namespace normscope::cli
