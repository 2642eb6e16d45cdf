// What PyTorch computed: tests/fixtures/make_torch_fixtures.py.
#pragma once

#include "core/io/ReadFile.h"
#include "core/io/Safetensors.h"
#include "core/nn/Network.h"
#include "tests/core/nn/TensorTools.h"

#include <filesystem>
#include <map>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

namespace normscope::testing {

/// Values in PyTorch's order, as doubles.
struct TorchTensor {
    std::vector<std::int64_t> dims;
    std::vector<double> values;
    bool is_count = false;

    /// (N, C, H, W), (N, C, L) or (N, C) as we say it.
    Shape shape() const {
        return {dims.at(0), dims.size() == 4 ? dims[2] : 1, dims.size() > 2 ? dims.back() : 1, dims.at(1)};
    }
    template <class S>
    Tensor<S> tensor() const {
        return from_nchw<S>(shape(), values);
    }
    template <class S>
    std::vector<S> as() const {
        return {values.begin(), values.end()};
    }
};

/// The tensors of one file, by name.
class TorchFixture {
   public:
    explicit TorchFixture(const char* file_name)
        : TorchFixture(std::filesystem::path(NORMSCOPE_FIXTURES) / file_name) {}
    /// Of any file.
    explicit TorchFixture(const std::filesystem::path& path) {
        const auto bytes = io::read_file(path, 4U << 20);
        for (const auto& entry : io::parse_safetensors(bytes, path.string()).tensors)
            m_tensors[entry.name] = read(entry);
    }

    bool contains(const std::string& name) const { return m_tensors.contains(name); }
    const TorchTensor& at(const std::string& name) const {
        if (!contains(name)) throw std::out_of_range("the fixture has no tensor " + name);
        return m_tensors.at(name);
    }

    /// The tensors whose names begin with `prefix`, without it, as a network's state.
    template <class S>
    std::vector<nn::StateTensor<S>> state(const std::string& prefix) const {
        std::vector<nn::StateTensor<S>> state;
        for (const auto& [name, tensor] : m_tensors) {
            if (!name.starts_with(prefix)) continue;
            nn::StateTensor<S> entry{.name = name.substr(prefix.size()), .dims = tensor.dims};
            entry.is_count = tensor.is_count;
            if (tensor.is_count) entry.count = static_cast<std::int64_t>(tensor.values[0]);
            if (!tensor.is_count) entry.values = tensor.template as<S>();
            state.push_back(entry);
        }
        return state;
    }

   private:
    static TorchTensor read(const io::TensorEntry& entry) {
        TorchTensor tensor{.dims = entry.dims, .is_count = entry.type == io::TensorType::i64};
        tensor.values = io::values_of(entry);
        return tensor;
    }

    std::map<std::string, TorchTensor> m_tensors;
};

}  // namespace normscope::testing
