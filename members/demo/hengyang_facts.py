"""The figures 衡阳 reported and the choices its builder makes; `members.demo.hengyang` explains them."""

from datetime import date

from members.demo.places import Extent

CODE = "430400"
FOUNDED = date(2022, 3, 1)
REPORTED = date(2022, 11, 3)
FULL_SIZE = 124_000
SQUADS = 1_000
ASSEMBLY_POINTS = 439

ROOT = "HY"
NOT_A_TOWNSHIP = "430422407"  # 衡州监狱
PILOT = "长湖"

# The rough extent of each county, good to several kilometres.
EXTENTS = {
    "430405": Extent(112.68, 26.91, 0.03, 0.10),
    "430406": Extent(112.61, 26.84, 0.04, 0.03),
    "430407": Extent(112.60, 26.97, 0.04, 0.04),
    "430408": Extent(112.54, 26.89, 0.03, 0.06),
    "430412": Extent(112.69, 27.27, 0.05, 0.06),
    "430421": Extent(112.35, 27.11, 0.29, 0.18),
    "430422": Extent(112.59, 26.70, 0.34, 0.12),
    "430423": Extent(112.77, 27.22, 0.11, 0.14),
    "430424": Extent(112.98, 27.11, 0.17, 0.16),
    "430426": Extent(111.85, 26.86, 0.24, 0.11),
    "430473": Extent(112.62, 26.98, 0.02, 0.02),
    "430476": Extent(112.58, 26.87, 0.02, 0.01),
    "430481": Extent(112.91, 26.43, 0.26, 0.19),
    "430482": Extent(112.41, 26.35, 0.21, 0.17),
}
# The development zones are no divisions of the civil registry: people there carry the codes of the districts around.
REGISTRY = {"430473": ("430405", "430407"), "430476": ("430406", "430408")}
ZONE_NAMES = {"430473": "松木经开区", "430476": "高新区"}
# One per county: the seat or the densest street, and the name of its second brigade where that is not just a number.
SPLIT = {
    "430405014": "",
    "430406004": "",
    "430407006": "",
    "430408001": PILOT,
    "430412100": "",
    "430421100": "",
    "430422001": "",
    "430423100": "",
    "430424100": "",
    "430426001": "",
    "430473400": "",
    "430476001": "",
    "430481001": "",
    "430482001": "",
}
# Squads straight under a detachment: name, speciality, weight (a squad of a brigade weighs about three).
DIRECT = {
    "430405": ("衡阳东站", "交通枢纽值守", 4.0),
    "430406": ("夜经济巡防", "夜间巡逻", 4.0),
    "430407": ("湘江水上救援", "水上救援", 2.0),
    "430412": ("衡山景区", "山地搜救", 3.0),
    "430476": ("外卖骑手", "流动观察", 5.0),
    "430481": ("应急机动", "应急救援", 3.0),
}
SPECIAL_STATIONS = {
    "430405": "衡阳东站派出所",
    "430407": "湘江水上派出所",
    "430412": "衡山景区派出所",
    "430481": "耒水水上派出所",
    "430482": "大义山森林派出所",
}
URBAN_SPECIALITIES = ("医疗救护", "纠纷调解", "反诈宣传", "护学值守")
RURAL_SPECIALITIES = ("森林防火", "水上救援", "纠纷调解", "反诈宣传")
# Counties whose communities are divided into grids of three levels.
GRID_COUNTIES = ("430407", "430408", "430476")
# Townships with an industrial zone, and its enterprise stations.
ENTERPRISE_STATIONS = {
    "430406400": 4,
    "430424401": 3,
    "430424403": 3,
    "430473400": 5,
    "430476001": 6,
    "430482102": 3,
}
OCCUPATIONS = {
    "保安员": 12,
    "物管员": 5,
    "楼栋长": 11,
    "店长": 14,
    "快递员": 9,
    "环卫工": 8,
    "民兵预备役": 6,
    "企业职工": 14,
    "个体经营者": 6,
    "教师": 3,
    "学生": 1,
    "农民": 8,
    "退休人员": 2,
    "其他": 1,
}
GROUPS = {"巡逻防控组": 30, "护学岗组": 12, "反诈宣传组": 16, "矛盾调解组": 8, "应急救援组": 6, "交通劝导组": 10}
PARTNERS = {"衡阳蓝雁救援志愿队": 6, "雁城骑手互助会": 9, "湘江水上救生协会": 2, "石鼓书院志愿服务社": 3}
