// CIFAR-10 and CIFAR-100 (Krizhevsky 2009), binary version: https://www.cs.toronto.edu/~kriz/cifar.html
//
//     a record: CIFAR-10 1 label byte, CIFAR-100 2 (coarse, fine); then 3 × 1024 bytes, red, green and blue, row by row
#pragma once

#include "core/train/Dataset.h"
#include "datasets/LoadOptions.h"

#include <cstddef>
#include <filesystem>
#include <string_view>
#include <vector>

namespace normscope::datasets {

enum class CifarKind { cifar10, cifar100 };

/// Images as bytes (N, 32, 32, 3) and their labels; CIFAR-100's are the fine ones.
struct CifarImages {
    std::vector<std::byte> pixels;
    std::vector<std::byte> labels;
};

/// Unpacks one file of records, in its own memory. Pure.
/// Throws InputError naming `file_name`: no whole number of records, a label out of range (with the record's index),
/// a file of the other kind, some other kind of file.
CifarImages unpack_cifar(std::vector<std::byte> bytes, CifarKind kind, std::string_view file_name);

/// All of a folder: data_batch_1.bin … data_batch_5.bin and test_batch.bin, or train.bin and test.bin. They may also
/// be in its sub-folder "cifar-10-batches-bin" or "cifar-100-binary", as the archives unpack. The test set is the
/// held-out one. Class names come from batches.meta.txt or fine_label_names.txt; without it they are the published ones
/// for CIFAR-10 and numbers for CIFAR-100.
/// Throws InputError as unpack_cifar does, and for missing files (all are named) or a folder of the other data set.
DataSplit load_cifar(const std::filesystem::path& folder, CifarKind kind, const LoadOptions& options = {});

}  // namespace normscope::datasets
