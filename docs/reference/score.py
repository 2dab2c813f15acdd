def main(input):
    return {"risk": 0.9 if input["count"] == 0 else 0.1}
