package dev.connectome.controller.api;

import dev.connectome.controller.api.Rejection.Violation;
import dev.connectome.protos.trainer.v1.CheckpointSpec;
import dev.connectome.protos.trainer.v1.DataSpec;
import dev.connectome.protos.trainer.v1.ModelSpec;
import dev.connectome.protos.trainer.v1.ProbeSpec;
import dev.connectome.protos.trainer.v1.TrainingSpec;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** Checks what is to be trained and fills in the defaults that the contract names. */
final class SpecValidation {

  private static final Set<String> MODELS = new TreeSet<>(Set.of("lenet5", "mlp", "resnet", "vgg"));

  /** A network that the trainer finds in a jar is told by the dot in its name. */
  private static final Pattern PROVIDED_MODEL =
      Pattern.compile("[A-Za-z][\\w-]*(\\.[A-Za-z0-9][\\w-]*)+");

  private static final Set<String> FORMATS =
      new TreeSet<>(Set.of("auto", "cifar10", "cifar100", "embedded", "folder", "idx"));
  private static final Pattern DEVICE = Pattern.compile("|auto|cpu|gpu(:\\d{1,4})?");

  /** Epochs that a decision may take to reach a trainer that trains many a second. */
  private static final int DECISION_LAG_EPOCHS = 20;

  private final SpecChecks checks;

  private SpecValidation(List<Violation> violations) {
    this.checks = new SpecChecks(violations);
  }

  /**
   * Completes a spec.
   *
   * @param asked what the caller set
   * @param restoreDistance how far back the policies may want weights from
   * @param violations takes what is wrong with it
   */
  static TrainingSpec complete(
      TrainingSpec asked, int restoreDistance, List<Violation> violations) {
    return new SpecValidation(violations).complete(asked, restoreDistance);
  }

  private TrainingSpec complete(TrainingSpec asked, int restoreDistance) {
    int batch = asked.hasBatchSize() ? asked.getBatchSize() : 50;
    int epochs = epochs(asked);
    return TrainingSpec.newBuilder()
        .setModel(model(asked.getModel()))
        .setData(data(asked.getData(), batch))
        .setOptimizer(new OptimizerValidation(checks).complete(asked.getOptimizer(), epochs))
        .setEpochs(epochs)
        .setBatchSize(checks.within("batch_size", batch, 1, 65_536))
        .setSeed(asked.hasSeed() ? asked.getSeed() : 1)
        .setProbe(probe(asked.getProbe()))
        .setCheckpoint(checkpoint(asked.getCheckpoint(), restoreDistance))
        .setDevice(device(asked.getDevice()))
        .setTestEveryEpochs(
            checks.within("test_every_epochs", asked.getTestEveryEpochs(), 0, 100_000))
        .setPredictionChanges(asked.getPredictionChanges())
        .build();
  }

  /**
   * Checks a budget.
   *
   * @param asked what the caller set
   * @param violations takes what is wrong with it
   * @return the epochs to train at most
   */
  static int budget(TrainingSpec asked, List<Violation> violations) {
    return new SpecValidation(violations).epochs(asked);
  }

  private int epochs(TrainingSpec asked) {
    return checks.within("epochs", asked.hasEpochs() ? asked.getEpochs() : 100, 1, 100_000);
  }

  private ModelSpec model(ModelSpec asked) {
    var model = asked.toBuilder();
    if (asked.getName().isEmpty()) {
      model.setName("mlp");
    }
    if (!PROVIDED_MODEL.matcher(model.getName()).matches()) {
      checks.known("model.name", model.getName(), MODELS);
    }
    if (asked.getHiddenWidthsCount() == 0) {
      model.addAllHiddenWidths(hiddenWidths(model.getName()));
    }
    convolutions(asked, model);
    if (model.getSettingsCount() > 64) {
      checks.reject("model.settings", "must be at most 64, not " + model.getSettingsCount());
    }
    if (model.getSettingsCount() > 0 && MODELS.contains(model.getName())) {
      checks.reject(
          "model.settings",
          "are for a network in a jar, not for %s; leave them out".formatted(model.getName()));
    }
    if (model.getHiddenWidthsCount() > 64) {
      checks.reject(
          "model.hidden_widths", "must be at most 64 layers, not " + model.getHiddenWidthsCount());
    }
    model
        .getHiddenWidthsList()
        .forEach(width -> checks.within("model.hidden_widths", width, 1, 65_536));
    checks.fraction("model.dropout", model.getDropout(), false);
    return model.setDropout(model.getDropout()).setBatchNorm(model.getBatchNorm()).build();
  }

  private void convolutions(ModelSpec asked, ModelSpec.Builder model) {
    String name = model.getName();
    if (name.equals("vgg") || name.equals("resnet")) {
      int usual = name.equals("vgg") ? 32 : 16;
      int channels = asked.hasChannels() ? asked.getChannels() : usual;
      model.setChannels(checks.within("model.channels", channels, 1, 1_024));
    } else if (asked.hasChannels()) {
      checks.reject(
          "model.channels", "is for vgg and resnet, not for %s; leave it out".formatted(name));
    }
    if (!name.equals("resnet")) {
      if (asked.hasDepth()) {
        checks.reject("model.depth", "is for resnet, not for %s; leave it out".formatted(name));
      }
      return;
    }
    int depth = asked.hasDepth() ? asked.getDepth() : 8;
    model.setDepth(depth);
    if (depth < 8 || depth > 110 || depth % 6 != 2) {
      checks.reject("model.depth", "must be 8, 14, 20 and so on up to 110, not " + depth);
    }
    if (asked.getHiddenWidthsCount() > 0) {
      checks.reject("model.hidden_widths", "are not for resnet; leave them out");
    }
    if (asked.getDropout() != 0) {
      checks.reject("model.dropout", "is not for resnet; leave it out");
    }
  }

  private static List<Integer> hiddenWidths(String model) {
    return switch (model) {
      case "mlp" -> List.of(128, 64);
      case "lenet5" -> List.of(120, 84);
      case "vgg" -> List.of(256, 128);
      default -> List.of();
    };
  }

  private DataSpec data(DataSpec asked, int batch) {
    var data = asked.toBuilder();
    data.setFormat(asked.getFormat().isEmpty() ? "auto" : asked.getFormat());
    checks.known("data.format", data.getFormat(), FORMATS);
    trainSize(asked, batch, data);
    if (asked.hasImageSize()) {
      checks.within("data.image_size", asked.getImageSize(), 4, 1_024);
    }
    checks.fraction("data.validation_fraction", data.getValidationFraction(), false);
    checks.fraction("data.label_noise", data.getLabelNoise(), true);
    double kept = data.getTrainSamples() * (1 - data.getValidationFraction());
    if (data.hasTrainSamples() && kept < 2) {
      checks.reject("data.validation_fraction", "leaves fewer than 2 images to learn from");
    }
    return data.setValidationFraction(data.getValidationFraction())
        .setLabelNoise(data.getLabelNoise())
        .build();
  }

  private void trainSize(DataSpec asked, int batch, DataSpec.Builder data) {
    if (!asked.hasTrainFraction()) {
      int samples = asked.hasTrainSamples() ? asked.getTrainSamples() : Math.max(6_000, batch);
      data.setTrainSamples(
          checks.within("data.train_samples", samples, Math.max(1, batch), Integer.MAX_VALUE));
    } else if (asked.hasTrainSamples()) {
      checks.reject(
          "data.train_fraction", "is instead of data.train_samples; leave one of them out");
    } else if (!(asked.getTrainFraction() > 0 && asked.getTrainFraction() <= 1)) {
      checks.reject(
          "data.train_fraction", "must be above 0 and at most 1, not " + asked.getTrainFraction());
    }
  }

  private String device(String asked) {
    if (!DEVICE.matcher(asked).matches()) {
      checks.reject("device", "must be auto, cpu, gpu or gpu:N, not \"%s\"".formatted(asked));
    }
    return asked;
  }

  private ProbeSpec probe(ProbeSpec asked) {
    return ProbeSpec.newBuilder()
        .setSamples(
            checks.within(
                "probe.samples", asked.hasSamples() ? asked.getSamples() : 1_000, 2, 100_000))
        .setEveryEpochs(
            checks.within(
                "probe.every_epochs",
                asked.hasEveryEpochs() ? asked.getEveryEpochs() : 1,
                1,
                100_000))
        .setMaxNeurons(
            checks.within(
                "probe.max_neurons",
                asked.hasMaxNeurons() ? asked.getMaxNeurons() : 4_096,
                2,
                16_384))
        .addAllLayers(layers(asked.getLayersList()))
        .build();
  }

  private List<String> layers(List<String> asked) {
    if (asked.size() > 64) {
      checks.reject("probe.layers", "must be 64 at most, not " + asked.size());
    }
    for (String layer : asked) {
      if (layer.isBlank() || layer.length() > 256) {
        checks.reject(
            "probe.layers", "must be names of 1 to 256 characters, not \"%s\"".formatted(layer));
      }
    }
    return asked;
  }

  private CheckpointSpec checkpoint(CheckpointSpec asked, int restoreDistance) {
    int every = asked.hasEveryEpochs() ? asked.getEveryEpochs() : 1;
    if (every > 1 && restoreDistance > 0) {
      checks.reject(
          "checkpoint.every_epochs",
          "must be 1, not %d, where a policy may ask for the weights of an earlier epoch"
              .formatted(every));
    }
    int wanted = restoreDistance == 0 ? 2 : restoreDistance + 1 + DECISION_LAG_EPOCHS;
    return CheckpointSpec.newBuilder()
        .setKeep(
            checks.within(
                "checkpoint.keep",
                asked.hasKeep() ? asked.getKeep() : Math.min(1_000, wanted),
                1,
                1_000))
        .setEveryEpochs(checks.within("checkpoint.every_epochs", every, 1, 100_000))
        .build();
  }
}
