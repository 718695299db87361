// SPDX-License-Identifier: Apache-2.0
// hodhod evaluate DIR: scores a model on text that it has not seen, using the task that the model is for.
//
// Each task has its own command for this. `evaluate` has the arguments of all of them. It passes the given
// arguments to the command of one task, which refuses options that are not its own.
#include <list>
#include <memory>
#include <string>

#include "cli/commands.h"
#include "cli/models.h"
#include "cli/task.h"
#include "hodhod/base/error.h"
#include "hodhod/models/directory.h"

namespace hodhod::cli {
namespace {

struct TaskEvaluation {
  const Task* task;
  Command command;
};

struct Evaluations {
  ModelArguments model;
  std::list<TaskEvaluation> all;
  const Command* chosen = nullptr;
};

TaskEvaluation& choose_evaluation(Evaluations& evaluations, const Command& given) {
  const ModelDirectory directory = ModelDirectory::open(evaluations.model);
  for (TaskEvaluation& one : evaluations.all) {
    if (!one.task->asked_by.empty() && given.was_given(one.task->asked_by)) return one;
  }
  TaskEvaluation* found = nullptr;
  for (TaskEvaluation& one : evaluations.all) {
    if (one.task->is_for == nullptr || !one.task->is_for(*directory.config)) continue;
    const bool told = !one.task->told_by.empty() && given.was_given(one.task->told_by);
    if (found == nullptr || told) found = &one;
  }
  if (found != nullptr) return *found;
  fail("evaluate: the model of {} is for none of the tasks", evaluations.model.directory);
}

}  // namespace

void add_evaluate(Command& program) {
  Command& command = program.add_command("evaluate", "Score a model on text that it has not seen");
  auto evaluations = std::make_shared<Evaluations>();
  add_model_arguments(command, evaluations->model);
  for (const Task& task : tasks()) {
    Command& own = evaluations->all.emplace_back(TaskEvaluation{&task, Command("evaluate", "")}).command;
    task.declare_evaluate(own);
    command.add_arguments_of(own, task.model);
  }
  command.on_prepare([evaluations, &command] {
    TaskEvaluation& one = choose_evaluation(*evaluations, command);
    one.command.take_given(command, one.task->model);
    one.command.prepare();
    evaluations->chosen = &one.command;
  });
  command.on_run([evaluations](const Session& session) { return evaluations->chosen->run(session); });
}

}  // namespace hodhod::cli
