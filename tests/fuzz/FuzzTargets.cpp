#include "tests/fuzz/FuzzTargets.h"

#include "tests/fuzz/TargetFunctions.h"

#include <algorithm>
#include <array>

namespace normscope::testing {

std::span<const FuzzTarget> fuzz_targets() {
    constexpr int many = 20000;
    constexpr int some = 3000;  // where one run takes long
    static constexpr std::array targets{
        FuzzTarget{"json", run_json, json_seeds, many},
        FuzzTarget{"recipe", run_recipe, recipe_seeds, some},
        FuzzTarget{"setting", run_setting, setting_seeds, many},
        FuzzTarget{"safetensors", run_safetensors, safetensors_seeds, many},
        FuzzTarget{"checkpoint", run_checkpoint, safetensors_seeds, some},
        FuzzTarget{"resume", run_resume, resume_seeds, some},
        FuzzTarget{"npy", run_npy, npy_seeds, many},
        FuzzTarget{"idx", run_idx, idx_seeds, many},
        FuzzTarget{"gzip", run_gzip, gzip_seeds, many},
        FuzzTarget{"cifar", run_cifar, cifar_seeds, some},
        FuzzTarget{"labels_csv", run_labels_csv, labels_csv_seeds, many},
        FuzzTarget{"spec", run_spec, spec_seeds, many},
        FuzzTarget{"exif", run_exif, exif_seeds, many},
        FuzzTarget{"picture_header", run_picture_header, picture_seeds, many},
        FuzzTarget{"picture", run_picture, picture_seeds, some},
    };
    return targets;
}

const FuzzTarget* find_fuzz_target(std::string_view name) {
    const auto targets = fuzz_targets();
    const auto found = std::find_if(targets.begin(), targets.end(), [&](const auto& t) { return t.name == name; });
    return found == targets.end() ? nullptr : &*found;
}

}  // namespace normscope::testing
