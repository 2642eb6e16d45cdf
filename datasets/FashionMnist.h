// Fashion-MNIST (Xiao, Rasul, Vollgraf 2017, https://arxiv.org/abs/1708.07747): 28 × 28 grey pictures of 10 kinds of
// clothes.
#pragma once

#include "core/train/Dataset.h"

#include <filesystem>
#include <string>
#include <vector>

namespace normscope::datasets {

/// "T-shirt/top" … "Ankle boot", in the order of the labels.
const std::vector<std::string>& fashion_mnist_class_names();

/// The folder that holds the bundled data sets ("fashion-mnist/" …): $NORMSCOPE_DATASETS if set, else
/// <program's folder>/../share/normscope/datasets, else the source tree's. Throws InputError if none has fashion-mnist.
std::filesystem::path bundled_datasets_folder();

/// The bundled sample: 6000 training and 1000 test images, balanced. "Fashion-MNIST (sample)".
DataSplit load_fashion_mnist_sample();

/// All 60 000 and 10 000 images, from Debian's package dataset-fashion-mnist. "Fashion-MNIST".
/// Throws InputError naming the package if it is not installed.
DataSplit load_fashion_mnist_full();

}  // namespace normscope::datasets
