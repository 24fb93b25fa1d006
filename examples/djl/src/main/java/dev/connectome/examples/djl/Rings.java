package dev.connectome.examples.djl;

import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.EasyTrain;
import ai.djl.training.Trainer;
import ai.djl.training.dataset.ArrayDataset;
import ai.djl.training.listener.EarlyStoppingListener.EarlyStoppedException;
import ai.djl.training.listener.SaveModelTrainingListener;
import ai.djl.training.listener.TrainingListener;
import ai.djl.training.loss.Loss;
import dev.connectome.trainer.djl.ConnectomeListener;
import java.nio.file.Path;
import java.util.Map;

/** A DJL training that Connectome watches and stops: is a point inside the unit circle? */
public final class Rings {
  private Rings() {}

  public static void main(String[] arguments) throws Exception {
    train(ConnectomeListener.ofEnvironment(), 200, Path.of("target", "rings"));
  }

  static int train(ConnectomeListener connectome, int epochs, Path weights) throws Exception {
    var layers = new SequentialBlock().add(Linear.builder().setUnits(32).build());
    layers.add(Activation.leakyReluBlock(0.01f)).add(Linear.builder().setUnits(2).build());
    var config = new DefaultTrainingConfig(Loss.softmaxCrossEntropyLoss());
    config.addTrainingListeners(TrainingListener.Defaults.basic());
    config.addTrainingListeners(new SaveModelTrainingListener(weights.toString(), "rings", 1));
    config.addTrainingListeners(connectome);
    int trained = epochs;
    try (Model model = Model.newInstance("rings", "PyTorch");
        NDManager manager = NDManager.newBaseManager("PyTorch")) {
      model.setBlock(layers);
      NDArray points = manager.randomNormal(new Shape(2_000, 2));
      NDArray inside = points.square().sum(new int[] {1}).lt(1).toType(DataType.FLOAT32, false);
      var data = new ArrayDataset.Builder().setData(points).optLabels(inside);
      try (Trainer trainer = model.newTrainer(config)) {
        trainer.initialize(new Shape(1, 2));
        EasyTrain.fit(trainer, epochs, data.setSampling(50, true).build(), null);
      } catch (EarlyStoppedException stop) {
        trained = stop.getStopEpoch();
      }
      if (connectome.restoreEpoch().isPresent()) {
        String epoch = Integer.toString(connectome.restoreEpoch().getAsInt());
        model.load(weights, "rings", Map.of("epoch", epoch));
      }
    }
    return trained;
  }
}
