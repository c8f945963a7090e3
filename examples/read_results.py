"""Curves, an exponent with its interval, a panel: what a script does with results."""

import matplotlib.pyplot as plt

import thermophoresis as tp

results = tp.open_results("results")
curves = results.curves("gaussian")  # an xarray.Dataset, results/curves/gaussian.nc
rate = tp.select(curves, learning_rate=0.05, batch_size=1)["activation_rate"]
print("at the end:", float(rate.isel(record=-1).mean()))

means = tp.mean_curves(curves, "activation_rate", batch_size=1)
print(means[["mean", "low", "high"]].isel(record=-1).to_dataframe())

exponent = tp.fit_exponent(curves, "activation_rate", of="learning_rate", batch_size=1)
print(f"α = {exponent.value:.3f} [{exponent.low:.3f}, {exponent.high:.3f}]")

figure, axes = plt.subplots()
tp.draw_curves(axes, curves, "activation_rate", compare="learning_rate", batch_size=1)
figure.savefig("activation_rate.png")

for found in results.verdicts(experiment="gaussian"):
    print(found["verdict"], found["statement"])
