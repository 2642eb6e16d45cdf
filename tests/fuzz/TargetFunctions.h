// The functions behind fuzz_targets(), by the kind of file.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace normscope::testing {

using Bytes = std::span<const std::byte>;
using Seeds = std::vector<std::string>;

// RecipeTargets.cpp
void run_json(Bytes bytes);
void run_recipe(Bytes bytes);
void run_setting(Bytes bytes);
Seeds json_seeds();
Seeds recipe_seeds();
Seeds setting_seeds();

// CheckpointTargets.cpp
void run_safetensors(Bytes bytes);
void run_checkpoint(Bytes bytes);
void run_resume(Bytes bytes);
Seeds safetensors_seeds();
Seeds resume_seeds();

// ArrayTargets.cpp
void run_npy(Bytes bytes);
void run_idx(Bytes bytes);
void run_gzip(Bytes bytes);
void run_cifar(Bytes bytes);
Seeds npy_seeds();
Seeds idx_seeds();
Seeds gzip_seeds();
Seeds cifar_seeds();

// FolderTargets.cpp
void run_labels_csv(Bytes bytes);
void run_spec(Bytes bytes);
Seeds labels_csv_seeds();
Seeds spec_seeds();

// PictureTargets.cpp
void run_exif(Bytes bytes);
void run_picture_header(Bytes bytes);
void run_picture(Bytes bytes);
Seeds exif_seeds();
Seeds picture_seeds();

}  // namespace normscope::testing
