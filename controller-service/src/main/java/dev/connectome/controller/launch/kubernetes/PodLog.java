package dev.connectome.controller.launch.kubernetes;

import dev.connectome.controller.lifecycle.RunException;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.LogWatch;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;

/** The log of a trainer's container. */
final class PodLog extends FilterInputStream {

  private final LogWatch watch;

  private PodLog(LogWatch watch) {
    super(Objects.requireNonNull(watch.getOutput()));
    this.watch = watch;
  }

  /**
   * @param follow whether the stream continues until the container ends
   * @throws RunException if the cluster has no log of the pod
   */
  static InputStream open(KubernetesClient client, Pod pod, boolean follow) {
    var container =
        client
            .pods()
            .inNamespace(pod.getMetadata().getNamespace())
            .withName(pod.getMetadata().getName())
            .inContainer(JobTemplate.CONTAINER);
    try {
      return follow ? new PodLog(container.watchLog()) : container.getLogInputStream();
    } catch (KubernetesClientException e) {
      throw new RunException(
          RunException.Kind.NO_LOG,
          "the cluster has no log of pod %s: %s"
              .formatted(pod.getMetadata().getName(), e.getMessage()));
    }
  }

  @Override
  public void close() throws IOException {
    watch.close();
    super.close();
  }
}
