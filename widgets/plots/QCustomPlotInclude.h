// The only place that includes QCustomPlot: its header fails under QT_NO_FOREACH and warns under our flags.
#pragma once

#ifdef QT_NO_FOREACH
#define NORMSCOPE_RESTORE_NO_FOREACH
#undef QT_NO_FOREACH
#include <QtGlobal>
#endif

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wshadow"
#pragma GCC diagnostic ignored "-Wpedantic"
#pragma GCC diagnostic ignored "-Woverloaded-virtual"
#include <qcustomplot.h>
#pragma GCC diagnostic pop

#ifdef NORMSCOPE_RESTORE_NO_FOREACH
#define QT_NO_FOREACH
#undef NORMSCOPE_RESTORE_NO_FOREACH
#endif
