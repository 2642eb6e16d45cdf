// mixed_pictures FOLDER COUNT: writes the pictures that docs/data-sets.md measures.
#include "tests/datasets/MixedPictures.h"

#include <cstdlib>

int main(int argc, char** argv) {
    if (argc != 3) {
        std::fprintf(stderr, "mixed_pictures FOLDER COUNT\n");
        return 2;
    }
    const auto written = normscope::testing::write_mixed_pictures(argv[1], std::atoll(argv[2]));
    std::printf("%lld pictures and %lld broken files\n", static_cast<long long>(written.good),
                static_cast<long long>(written.broken));
}
