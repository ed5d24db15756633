"""A FastAPI endpoint as tutorials write it: a pydantic body, the model in the process."""

import pipeline as shared
import pydantic
from fastapi import FastAPI

model = shared.load()
Row = str
if shared.MODEL != "text":
    Row = pydantic.create_model(
        "Row", **{f"n{i}": (float, ...) for i in range(30)}, **{f"c{i}": (str, ...) for i in range(5)}
    )
app = FastAPI()


class Body(pydantic.BaseModel):
    rows: list[Row]


@app.post("/predict")
async def predict(body: Body):
    rows = body.rows if shared.MODEL == "text" else [row.model_dump() for row in body.rows]
    return {"predictions": shared.probabilities(model, rows).tolist()}
