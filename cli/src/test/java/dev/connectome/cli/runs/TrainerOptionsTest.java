package dev.connectome.cli.runs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.connectome.protos.run.v1.EnvironmentSource;
import dev.connectome.protos.run.v1.KubernetesSpec;
import dev.connectome.protos.run.v1.SecretVariable;
import dev.connectome.protos.run.v1.VolumeSpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

class TrainerOptionsTest {

  @Command
  static final class Options {
    @Mixin KubernetesOptions kubernetes;
  }

  private static KubernetesSpec spec(String... options) {
    Options parsed = new Options();
    new CommandLine(parsed).parseArgs(options);
    return parsed.kubernetes.spec();
  }

  @Test
  void everyOptionSetsItsField() {
    KubernetesSpec spec =
        spec(
            "--runtime=torch",
            "--namespace=team-a",
            "--command=python",
            "--command=-m",
            "--arg=--lr",
            "--arg=$(CONNECTOME_PARAMETER_lr)",
            "--env=A=b=c",
            "--env-from=secret/hub:HF_",
            "--env-from=config-map/proxies",
            "--secret-env=KEY=s3/access-key",
            "--volume=in=claim/images:/data",
            "--volume=out=claim/results:/out:rw",
            "--volume=scratch=empty/10Gi:/scratch",
            "--pods=4",
            "--parameter=lr=0.1",
            "--queue-priority-class=production");

    assertThat(spec)
        .isEqualTo(
            KubernetesSpec.newBuilder()
                .setRuntime("torch")
                .setNamespace("team-a")
                .addCommand("python")
                .addCommand("-m")
                .addArgs("--lr")
                .addArgs("$(CONNECTOME_PARAMETER_lr)")
                .putEnvironment("A", "b=c")
                .addEnvironmentFrom(
                    EnvironmentSource.newBuilder().setSecret("hub").setPrefix("HF_"))
                .addEnvironmentFrom(EnvironmentSource.newBuilder().setConfigMap("proxies"))
                .addSecretEnvironment(
                    SecretVariable.newBuilder().setName("KEY").setSecret("s3").setKey("access-key"))
                .addVolumes(
                    VolumeSpec.newBuilder().setName("in").setClaim("images").setMountPath("/data"))
                .addVolumes(
                    VolumeSpec.newBuilder()
                        .setName("out")
                        .setClaim("results")
                        .setMountPath("/out")
                        .setWritable(true))
                .addVolumes(
                    VolumeSpec.newBuilder()
                        .setName("scratch")
                        .setEmpty("10Gi")
                        .setMountPath("/scratch"))
                .setPods(4)
                .putParameters("lr", "0.1")
                .setQueuePriorityClass("production")
                .build());
    assertThat(spec()).isEqualTo(KubernetesSpec.getDefaultInstance());
  }

  @ParameterizedTest
  @CsvSource({
    "--volume=data, NAME=claim/NAME:PATH",
    "--volume=a=host/etc:/etc, NAME=claim/NAME:PATH",
    "--secret-env=KEY=s3, NAME=SECRET/KEY",
    "--env-from=hub, secret/NAME or config-map/NAME"
  })
  void whatCannotBeReadIsRepeatedWithTheFormThatCan(String option, String form) {
    assertThatThrownBy(() -> spec(option))
        .hasMessageContaining(option.substring(option.indexOf('=') + 1))
        .hasMessageContaining(form);
  }
}
