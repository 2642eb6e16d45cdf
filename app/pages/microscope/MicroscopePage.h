// One channel of a norm layer as arithmetic on live numbers.
#pragma once

#include "app/pages/Page.h"
#include "app/pages/microscope/MicroscopeReading.h"
#include "widgets/formula/FormulaCard.h"
#include "widgets/formula/ValueGridCard.h"

#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QRadioButton>
#include <QSpinBox>

#include <array>
#include <optional>

namespace normscope::app {

/// The batch that the next training step takes, in four steps forward and three terms backward, for a chosen channel,
/// image and pixel. Inputs can be edited; while they are, the numbers stay those of the step they were measured at.
class MicroscopePage : public Page {
    Q_OBJECT

   public:
    explicit MicroscopePage(const PageContext& context, QWidget* parent = nullptr);

    /// What can be edited.
    enum class Input { X, Gamma, Beta, Eps, Momentum };
    static constexpr std::size_t inputs = 5;

    /// Steps 1 to 4 and the backward pass, in this order.
    static constexpr std::size_t cards = 5;
    widgets::FormulaCard* card(std::size_t i) const { return m_cards.at(i); }
    widgets::ValueGridCard* excerpt() const { return m_excerpt; }
    QLineEdit* input(Input which) const { return m_inputs[std::size_t(which)].edit; }
    QPushButton* putBackButton() const { return m_putBack; }
    QRadioButton* trainButton() const { return m_train; }
    QRadioButton* evalButton() const { return m_eval; }
    QSpinBox* channelBox() const { return m_channel; }
    QSpinBox* imageBox() const { return m_image; }
    QSpinBox* rowBox() const { return m_row; }
    QSpinBox* columnBox() const { return m_column; }
    QString note() const { return m_note->text(); }
    const std::optional<MicroscopeReading>& reading() const { return m_reading; }
    std::vector<std::pair<QString, widgets::PlotCard*>> plots() const override;

   public slots:
    /// The run's own numbers again.
    void putBack();

   protected:
    void refresh() override;

   private:
    struct InputField {
        QLabel* label = nullptr;
        QLineEdit* edit = nullptr;
    };

    QLayout* buildPlaceRow();
    QLayout* buildInputRow();
    void buildCards();
    void explain();
    void connectParts();
    void startRun();
    void followTarget();
    void forgetReading();
    void showReading(MicroscopeReading reading);
    void goToLargestGradient();
    void showFormulas();
    void showTerms();
    void showExcerpt();
    void showInputs();
    void showNote();
    void highlight(const QString& key);
    void activateTerm(const QString& key);
    void commit(Input which);
    MicroscopePlace place() const;
    nn::Mode mode() const;
    std::optional<double> edited(Input which) const;
    double inputValue(Input which) const;
    void applyTheme();

    std::array<widgets::FormulaCard*, cards> m_cards{};
    widgets::ValueGridCard* m_excerpt;
    QRadioButton* m_train;
    QRadioButton* m_eval;
    QSpinBox* m_channel;
    QSpinBox* m_image;
    QSpinBox* m_row;
    QSpinBox* m_column;
    std::array<InputField, inputs> m_inputs;
    std::vector<QLabel*> m_labels;
    QPushButton* m_putBack;
    QLabel* m_note;
    MicroscopeEdits m_edits;
    std::optional<MicroscopeReading> m_reading;
    StepIndex m_readAt;
    bool m_placed = false;  ///< a first pixel has been chosen
};

}  // namespace normscope::app
