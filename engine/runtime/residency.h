// When the weights of a pipeline come and go while a job runs through its stages.
#pragma once

#include "absl/status/status.h"
#include "engine/api/model.h"
#include "engine/families/pipeline.h"
#include "engine/memory/residency_plan.h"

namespace easel {

// Called by the job runner, on the thread that computes; may throw what torch throws.
class Residency {
 public:
  virtual ~Residency() = default;

  // See Model::set_make_room.
  virtual void set_make_room(Model::MakeRoom /*make_room*/) {}

  // Before a job's first stage, which is the state's. OUT_OF_MEMORY when the job cannot be held.
  virtual absl::Status begin(RequestState& state) = 0;

  // Before a stage's first unit, after which the weights of its components are there or come when
  // they are used: BAD_WEIGHTS, OUT_OF_MEMORY.
  virtual absl::Status enter(const Stage& stage, const RequestState& state) = 0;

  // Before each unit; `another_follows`: of the same stage.
  virtual void begin_unit(const Stage& stage, const RequestState& state, bool another_follows) = 0;

  // After the stage's last unit.
  virtual void leave(const Stage& stage, const RequestState& state) = 0;

  // After the job, however it ended: what is not to stay for the next one goes.
  virtual void end() {}

  // Of the job that began last; nullptr where nothing is planned.
  virtual const ResidencyPlan* plan() const { return nullptr; }

  // After a unit ran out of memory: frees what it can and finds a way that takes less, from the
  // state as it is; the stage has to be entered again. False when there is none.
  virtual bool relieve(RequestState& state) = 0;
};

// Whether `stage` computes with `component`.
bool uses(const Stage& stage, const Component& component);

// Whether a stage behind the state's own, that this request does not pass over, uses it.
bool needed_later(const Pipeline& pipeline, const RequestState& state, const Component& component);

}  // namespace easel
