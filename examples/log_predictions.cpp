// The same from C++, with a class that ends the run whatever happens:
//
//     c++ -std=c++17 log_predictions.cpp $(pkg-config --cflags --libs hardrow) && ./a.out training.db
#include <hardrow.h>

#include <cmath>
#include <cstdio>
#include <stdexcept>
#include <string>
#include <vector>

namespace
{

void check(int code, const hardrow_error &error)
{
	if (code != HARDROW_OK)
		throw std::runtime_error(error.message);
}

class recording
{
      public:
	recording(const std::string &file, const std::vector<std::uint32_t> &labels, std::size_t classes)
	{
		hardrow_dataset_options data{};
		hardrow_run_options options{};
		data.size = sizeof data;
		data.name = "line";
		data.instances = labels.size();
		data.classes = classes;
		data.labels = labels.data();
		options.size = sizeof options;
		options.model = "threshold";
		check(hardrow_open(file.c_str(), nullptr, &tracker, &error), error);
		check(hardrow_put_dataset(tracker, &data, &dataset, &error), error);
		check(hardrow_begin(tracker, dataset, &options, &run, &error), error);
	}
	recording(const recording &) = delete;
	recording &operator=(const recording &) = delete;
	~recording()
	{
		hardrow_finish(run, HARDROW_FAILED, "an exception", nullptr, nullptr);
		hardrow_dataset_free(dataset);
		hardrow_close(tracker, nullptr);
	}
	void epoch(const std::vector<float> &probabilities, std::size_t rows)
	{
		hardrow_predictions predictions{};
		predictions.size = sizeof predictions;
		predictions.values = probabilities.data();
		predictions.rows = rows;
		check(hardrow_log(run, &predictions, &error), error);
		check(hardrow_end_epoch(run, nullptr, &error), error);
	}
	void finish()
	{
		hardrow_run *ended = run;
		run = nullptr;
		check(hardrow_finish(ended, HARDROW_DONE, nullptr, nullptr, &error), error);
	}

      private:
	hardrow_error error{};
	hardrow_tracker *tracker = nullptr;
	hardrow_dataset *dataset = nullptr;
	hardrow_run *run = nullptr;
};

} // namespace

int main(int argc, char **argv)
{
	const std::size_t rows = 200;
	std::vector<std::uint32_t> labels(rows);
	std::vector<float> p(2 * rows);

	for (std::size_t i = 0; i < rows; i++)
		labels[i] = i >= rows / 2;
	try {
		recording run(argc > 1 ? argv[1] : "training.db", labels, 2);
		for (int epoch = 1; epoch <= 20; epoch++) {
			for (std::size_t i = 0; i < rows; i++) {
				p[2 * i + 1] =
				    static_cast<float>(1 / (1 + std::exp(-0.002 * epoch * (double(i) - 110))));
				p[2 * i] = 1 - p[2 * i + 1];
			}
			run.epoch(p, rows);
		}
		run.finish();
	} catch (const std::exception &problem) {
		std::fprintf(stderr, "%s\n", problem.what());
		return 1;
	}
	return 0;
}
