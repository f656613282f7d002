"""What is left to do in a flow."""

from __future__ import annotations

from domain.artifacts.background import Background
from domain.artifacts.drafting.facts import late, open_tasks_of, steps_left
from domain.artifacts.shapes import OpenTask, OpenTasks
from domain.customer_success.wording import counted


def open_tasks(known: Background) -> OpenTasks:
    """Its tasks by due date, then the steps that have not been done."""
    tasks = open_tasks_of(known)
    listed = [
        OpenTask(
            title=task.title,
            task_id=task.id,
            status=task.status,
            priority=task.priority,
            due_on=task.due_on,
            assigned_to=task.assigned_to,
            note=task.note,
        )
        for task in tasks
    ]
    steps = steps_left(known)
    listed += [OpenTask(title=f"Step: {title}", note="A step of the flow that is not done yet.") for title in steps]
    overdue = sum(late(task, known) for task in tasks)
    summary = (
        f"{counted(len(tasks), 'task is', 'tasks are')} open, {overdue} of them overdue; "
        f"{counted(len(steps), 'step is', 'steps are')} left."
    )
    return OpenTasks(tuple(listed), summary[0].upper() + summary[1:])
