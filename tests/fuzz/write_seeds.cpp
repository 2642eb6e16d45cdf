// Writes what a target begins with into a folder: write_seeds TARGET FOLDER. Without arguments, lists the targets.
#include "core/io/AtomicFile.h"
#include "tests/fuzz/FuzzTargets.h"

#include <cstdio>
#include <exception>
#include <filesystem>

int main(int argc, char** argv) {
    using namespace normscope;
    if (argc == 1) {
        for (const auto& target : testing::fuzz_targets()) std::printf("%s\n", std::string(target.name).c_str());
        return 0;
    }
    const auto* target = argc == 3 ? testing::find_fuzz_target(argv[1]) : nullptr;
    if (!target) {
        std::fprintf(stderr, "write_seeds TARGET FOLDER\n");
        return 2;
    }
    try {
        std::filesystem::create_directories(argv[2]);
        int number = 0;
        for (const auto& seed : target->seeds()) {
            io::write_file(std::filesystem::path(argv[2]) / ("seed-" + std::to_string(number++)), seed);
        }
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}
