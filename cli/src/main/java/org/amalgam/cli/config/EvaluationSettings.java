package org.amalgam.cli.config;

import org.amalgam.settings.Setting;

import java.util.List;

/** How merged models are judged. */
public record EvaluationSettings(
        @Setting(
                value = "false",
                help =
                        "mixtures of experts: one routing for each batch of taskpool.batch_size samples, averaged over it, as the"
                                + " reference evaluates; false routes every sample by itself")
        boolean batchReduce,

        @Setting(
                value = "0",
                help =
                        "judge the merged model of the moment before the first step of an adaptation, after every so many steps"
                                + " and after the last; 0 judges none")
        int every,

        @Setting(
                value = "[experts, task_arithmetic]",
                help =
                        "what stands beside a Pareto front: experts, each on every task; methods that look at weights alone, with"
                                + " their defaults; folders of runs, or reports, whose result is taken from there")
        List<String> beside) {}
