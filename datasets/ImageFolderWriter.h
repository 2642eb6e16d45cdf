// A data set as a folder of pictures, for other programs and for looking at.
#pragma once

#include "core/train/Dataset.h"
#include "datasets/LoadOptions.h"

#include <filesystem>

namespace normscope::datasets {

/// Writes image i as FOLDER/<its class>/<i>.png, 8 bits a channel: what "folder:FOLDER" reads. A pixel is rounded to
/// n/255 after clipping to 0 … 1; NaN becomes 0. The folder is made if needed, and must be empty. Class names become
/// folder names: '/' and a leading '.' become '_'.
/// Throws InputError (path at fault, folder not empty, neither 1 nor 3 channels), WorkError (disk full), LoadCancelled.
/// Pictures written before an error stay.
void write_image_folder(const Dataset& data, const std::filesystem::path& folder, const LoadOptions& options = {});

}  // namespace normscope::datasets
