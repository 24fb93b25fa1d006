package dev.connectome.trainer.service.data;

/** Inputs of one shape in memory, and their classes. */
sealed interface LabelledData permits LabelledImages, LabelledRows {

  /** The number of values of a label. */
  int MAX_CLASSES = 256;

  ImageShape shape();

  /** The number of classes, at most {@link #MAX_CLASSES}. */
  int classes();

  /** The class of each input as an unsigned byte; shared, must not be changed. */
  byte[] labels();

  default int count() {
    return labels().length;
  }

  /** Mean and deviation of each channel over some inputs. */
  Moments[] moments(int[] members);

  /** The inputs as a network sees them: each channel less its mean, divided by its deviation. */
  Standardized standardized(Moments[] moments);

  /** Standardised inputs. May be used by any thread. */
  interface Standardized {

    /** Writes all values of an input. */
    void get(int input, float[] values);

    /** What a value of 0 in each channel is. */
    float[] zero();
  }
}
