package org.amalgam.adapt;

import java.util.List;
import java.util.Map;

/**
 * What happened at each step.
 *
 * @param tasks names, in the pool's order
 * @param loss what a step's losses are, in nats: {@code entropy}, {@code cross-entropy}
 * @param steps in order
 * @param milestones what the run wanted to know of the network on the way, in order
 * @param computed samples that passed the network forwards and backwards in this process: fewer than all of a resumed run's
 */
public record Trace(List<String> tasks, String loss, List<Step> steps, List<Milestone> milestones, long computed) {

    /**
     * One step.
     *
     * @param losses of each task's batch, before the step's update
     * @param parameters the probe's numbers after the update
     */
    public record Step(List<Double> losses, Map<String, Double> parameters) {

        public Step {
            losses = List.copyOf(losses);
            parameters = java.util.Collections.unmodifiableMap(new java.util.LinkedHashMap<>(parameters));
        }

        /** Mean of the tasks' losses. */
        public double meanLoss() {
            return losses.stream().mapToDouble(Double::doubleValue).average().orElse(0);
        }
    }

    /**
     * What the network was like.
     *
     * @param done steps made by then
     * @param numbers by name; see {@link org.amalgam.run.Milestones}
     */
    public record Milestone(int done, Map<String, Double> numbers) {

        public Milestone {
            numbers = java.util.Collections.unmodifiableMap(new java.util.LinkedHashMap<>(numbers));
        }
    }

    public Trace {
        tasks = List.copyOf(tasks);
        steps = List.copyOf(steps);
        milestones = List.copyOf(milestones);
    }

    /** The probe's number of that name over the steps. */
    public double[] parameter(String name) {
        return steps.stream().mapToDouble(step -> step.parameters().get(name)).toArray();
    }

    /** The loss of the {@code k}-th task over the steps. */
    public double[] loss(int k) {
        return steps.stream().mapToDouble(step -> step.losses().get(k)).toArray();
    }
}
