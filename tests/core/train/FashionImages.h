// The images that PyTorch was trained on for the fixtures.
#pragma once

#include "core/train/Dataset.h"
#include "tests/core/nn/TorchFixture.h"

#include <QByteArray>
#include <QFile>

#include <string>
#include <vector>

namespace normscope::testing {

/// The first 1280 training images of Fashion-MNIST.
class FashionImages : public Dataset {
   public:
    /// `fixture` is torch_simple.safetensors.
    explicit FashionImages(const TorchFixture& fixture) : m_labels(fixture.at("labels").as<std::int64_t>()) {
        QFile file(NORMSCOPE_FIXTURES "/fashion_1280.u8.z");
        if (file.open(QIODevice::ReadOnly)) m_pixels = qUncompress(file.readAll());
    }
    std::int64_t size() const override { return m_pixels.size() / 784; }
    std::int64_t height() const override { return 28; }
    std::int64_t width() const override { return 28; }
    std::int64_t channels() const override { return 1; }
    void read_image(std::int64_t index, std::span<float> pixels) const override {
        const char* image = m_pixels.constData() + index * 784;
        for (int i = 0; i < 784; ++i) pixels[i] = static_cast<float>(static_cast<unsigned char>(image[i])) / 255.0F;
    }
    std::int64_t label(std::int64_t index) const override { return m_labels[index]; }
    const std::vector<std::string>& class_names() const override { return m_class_names; }
    const std::string& name() const override { return m_name; }

   private:
    QByteArray m_pixels;
    std::vector<std::int64_t> m_labels;
    std::vector<std::string> m_class_names{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"};
    std::string m_name = "Fashion-MNIST";
};

}  // namespace normscope::testing
