// Images with labels, as training sees them.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace normscope {

/// Immutable and safe to read from several threads.
class Dataset {
   public:
    virtual ~Dataset() = default;
    Dataset(const Dataset&) = delete;
    Dataset& operator=(const Dataset&) = delete;

    virtual std::int64_t size() const = 0;
    virtual std::int64_t height() const = 0;
    virtual std::int64_t width() const = 0;
    virtual std::int64_t channels() const = 0;

    /// Writes image `index` as height × width × channels floats in [0, 1].
    virtual void read_image(std::int64_t index, std::span<float> pixels) const = 0;
    /// Class of image `index`, 0 … class_names().size() − 1.
    virtual std::int64_t label(std::int64_t index) const = 0;
    virtual const std::vector<std::string>& class_names() const = 0;
    /// For the window and reports, e.g. "Fashion-MNIST (sample)".
    virtual const std::string& name() const = 0;

   protected:
    Dataset() = default;
};

/// What a run trains on and what it is measured on.
struct DataSplit {
    std::shared_ptr<const Dataset> train;
    std::shared_ptr<const Dataset> eval;  ///< null if nothing is held out
};

}  // namespace normscope
